using Grpc.Core;
using GrpcTls.AspNetCore;
using Helloworld;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>What clients do not take, or send by halves, waits in bounded memory.</summary>
public sealed class WaitingBytesTests : IDisposable
{
    private const int Letters = 60_000;
    private const int Limit = 1024 * 1024;
    private const int Streams = 50;

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Theory]
    [InlineData(StarvingPeer.StreamReply, null)]
    [InlineData(StarvingPeer.Bidi, null)]
    [InlineData(StarvingPeer.Unary, null)]
    [InlineData(StarvingPeer.Bidi, Letters - 1000)] // Half a message.
    [InlineData(StarvingPeer.Unary, Letters - 1000)]
    public async Task Above_the_limit_the_calls_that_wait_longest_end_and_others_are_served(string method, int? sent)
    {
        await using var server = await TestServer.StartAsync(_folder, "--Limits:MaxBytesWaiting", $"{Limit}");
        var peers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => StarvingPeer.ConnectAsync(server.Port(PortKind.Insecure))));

        await Task.WhenAll(peers.Select(async peer =>
        {
            for (var i = 0; i < Streams; i++)
                await peer.CallAsync(method, Letters, sent);
        }));

        // 17 of them fit.
        var ended = (Streams * peers.Length) - (Limit / (sent ?? Letters)) - 1;
        await Eventually.TrueAsync(() => peers.Sum(peer => peer.Reset) >= ended, () => $"{peers.Sum(peer => peer.Reset)} calls were ended, not {ended}");
        (await server.GreetAsync(PortKind.Tls)).Status.Should().Be(StatusCode.OK);
        var all = server.App.Services.GetRequiredService<WaitingBytes>();
        all.Total.Should().BeInRange(1, Limit);
        Array.ForEach(peers, peer => peer.Dispose());
        await Eventually.TrueAsync(() => all.Total == 0, () => $"{all.Total} bytes wait for nobody");
    }

    [Theory]
    [InlineData(StarvingPeer.StreamReply, 5)]
    [InlineData(StarvingPeer.Bidi, 1)]
    [InlineData(StarvingPeer.Unary, 1)]
    public async Task Below_the_limit_a_slow_client_gets_everything(string method, int replies)
    {
        await using var server = await TestServer.StartAsync(_folder, "--Limits:MaxBytesWaiting", $"{Limit}");
        var all = server.App.Services.GetRequiredService<WaitingBytes>();
        using var peer = await StarvingPeer.ConnectAsync(server.Port(PortKind.Insecure));
        for (var i = 0; i < 10; i++)
            await peer.CallAsync(method, Letters);
        await Eventually.TrueAsync(() => all.Total >= 10 * Letters, () => $"{all.Total} bytes wait");

        await peer.OpenAsync();

        await Eventually.TrueAsync(() => peer.Received >= 10 * replies * Letters, () => $"{peer.Received} bytes came");
        await Eventually.TrueAsync(() => all.Total == 0, () => $"{all.Total} bytes wait");
        peer.Reset.Should().Be(0);
    }

    [Theory]
    [InlineData(Letters, StatusCode.OK)]
    [InlineData((64 * 1024) - 8, StatusCode.ResourceExhausted)] // The reply is too large.
    [InlineData(64 * 1024, StatusCode.ResourceExhausted)] // The request is.
    [InlineData(4 * 1024 * 1024, StatusCode.ResourceExhausted)]
    public async Task A_message_has_64_kib_at_the_most(int letters, StatusCode status)
    {
        await using var server = await TestServer.StartAsync(_folder);
        using var channel = Proof.None.Channel(server, PortKind.Tls);

        using var call = new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = new string('a', letters) });
        await ((Task)call.ResponseAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        call.GetStatus().StatusCode.Should().Be(status);
    }

    public void Dispose() => _folder.Dispose();
}

using System.Net.Sockets;
using Greeter.Client.Tls;
using Greeter.Server.Tls;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Helloworld;

namespace Greeter.Tests;

/// <summary>Calls with a stream of requests whose connection ends before the server has taken them.</summary>
public sealed class ReplayTests(Xunit.Abstractions.ITestOutputHelper output) : IDisposable
{
    // RFC 9113, section 6.8: nothing of this connection has been taken, and there is no error.
    private static readonly byte[] NothingTaken = HostilePeer.Frame(HostilePeer.GoAway, flags: 0, stream: 0, new byte[8]);

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private int _connections;

    [Fact]
    public async Task A_call_that_the_server_has_not_taken_begins_anew_with_all_that_was_written()
    {
        await using var server = await TestServer.StartAsync(_folder);
        await using var peer = new RawPeer((client, stop) =>
            Interlocked.Increment(ref _connections) == 1 ? EndAfterAsync("Grace", client, stop) : RawPeer.ForwardAsync(client, server.Port(PortKind.Insecure), stop));
        using var channel = TlsChannel.ForAddress($"http://localhost:{peer.Port}", ChannelCredentials.Insecure);

        using var chat = new Helloworld.Greeter.GreeterClient(channel).SayHelloBidiStream(deadline: DateTime.UtcNow.AddSeconds(60)); // Without the replay it would wait for ever.
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = "Ada" });
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = "Grace" });
        (await ReadAsync(chat)).Should().Be("Hello Ada");
        (await ReadAsync(chat)).Should().Be("Hello Grace");
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = "Barbara" });
        (await ReadAsync(chat)).Should().Be("Hello Barbara");
        await chat.RequestStream.CompleteAsync();

        (await chat.ResponseStream.MoveNext(default)).Should().BeFalse();
        _connections.Should().Be(2);
    }

    [Fact]
    public async Task A_call_of_which_too_much_was_written_fails_and_says_so()
    {
        await using var peer = new RawPeer((client, stop) => EndAfterAsync("Grace", client, stop));
        using var channel = TlsChannel.ForAddress($"http://localhost:{peer.Port}", ChannelCredentials.Insecure);

        using var chat = new Helloworld.Greeter.GreeterClient(channel.Inner.Intercept(ReplayHandler.Mark)).SayHelloBidiStream();
        var writing = chat.RequestStream.WriteAsync(new HelloRequest { Name = "Grace" + new string('a', 100_000) });

        var failed = await chat.Invoking(ReadAsync).Should().ThrowAsync<RpcException>();
        failed.Which.StatusCode.Should().Be(StatusCode.Unavailable);
        failed.Which.Status.Detail.Should().Contain("the connection ended before the server took the call, and more than 65536 bytes of it had been sent");
        await FluentActions.Awaiting(() => writing).Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task No_call_fails_when_connections_end_one_after_another()
    {
        var time = new FakeTime(TestPki.Now);
        await using var server = await TestServer.StartAsync(
            _folder, time, "--Limits:MaxConnectionAge", "00:00:20", "--Limits:ConnectionGrace", "1.00:00:00", "--Logging:LogLevel:Default", "Warning");
        using var channel = new Proof(TestPki.Ec.Client, null).Channel(server, PortKind.Mtls);
        using var load = new RotationLoad();
        load.Start(new Helloworld.Greeter.GreeterClient(channel), callers: 3);

        for (var i = 0; i < 100; i++)
        {
            await load.NextAsync();
            for (var second = 0; second < 30; second++)
                time.Advance(TimeSpan.FromSeconds(1));
        }

        await load.NextAsync();
        await load.StopAsync();
        output.WriteLine($"100 ends: {load}");
        load.Failed.Should().BeEmpty();
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> ReadAsync(AsyncDuplexStreamingCall<HelloRequest, HelloReply> chat)
    {
        (await chat.ResponseStream.MoveNext(default)).Should().BeTrue();
        return chat.ResponseStream.Current.Message;
    }

    // Greets, reads until that text has come, and ends the connection without having taken anything.
    private static async Task EndAfterAsync(string text, NetworkStream client, CancellationToken stop)
    {
        await client.WriteAsync(HostilePeer.Frame(HostilePeer.Settings, flags: 0, stream: 0, []), stop);
        var read = "";
        var buffer = new byte[4096];
        while (!read.Contains(text, StringComparison.Ordinal))
            read += System.Text.Encoding.Latin1.GetString(buffer, 0, await client.ReadAsync(buffer, stop));
        await client.WriteAsync(NothingTaken, stop);
        await client.CopyToAsync(Stream.Null, stop);
    }
}

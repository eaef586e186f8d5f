using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>Who breaks the protocol, or never stops sending, holds no connection: only requested ends wait for the client.</summary>
public sealed class ConnectionEndTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly FakeTime _time = new(TestPki.Now);
    private TestServer _server = null!;
    private ConnectionTracker _keeper = null!;

    public async Task InitializeAsync()
    {
        // Without Kestrel's own limit, 5 s in real time, which would end in the server's stead what it waits for.
        void Adjust(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(_time)
            .PostConfigure<KestrelServerOptions>(kestrel => kestrel.Limits.MinResponseDataRate = null);
        _server = await TestServer.StartAsync(
            _folder, Adjust, "--Limits:MaxConnectionAge", "00:00:20", "--Limits:ConnectionGrace", "1.00:00:00");
        _keeper = _server.App.Services.Tracker();
    }

    // The clock stands still: a server that waits for the client would wait for ever.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_protocol_error_frees_the_connection_at_once(bool tls)
    {
        using var peer = await GreetedAsync(tls);

        await peer.TrySendAsync(HostilePeer.Frame(HostilePeer.Data, flags: 0, stream: 0, [])); // RFC 9113, section 6.1: never on stream 0.

        await WaitForNoneAsync();
        await peer.WaitForCloseAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_requested_end_waits_for_the_client(bool tls)
    {
        using var peer = await GreetedAsync(tls);
        var others = _time.Waiting;
        End();
        await peer.ReadUntilAsync(HostilePeer.GoAway);

        await Eventually.TrueAsync(() => _time.Waiting > others, () => "the server does not wait for the client");
        _keeper.Count.Should().Be(1);
        peer.Dispose();

        await WaitForNoneAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_sends_on_without_end_after_the_goaway_is_cut_off(bool tls)
    {
        using var peer = await GreetedAsync(tls);
        End();
        await peer.ReadUntilAsync(HostilePeer.GoAway);
        var ping = HostilePeer.Frame(HostilePeer.Ping, flags: 0, stream: 0, new byte[8]);
        byte[] many = [.. Enumerable.Repeat(ping, 10_000).SelectMany(frame => frame)];

        for (var i = 0; i < 1000 && _keeper.Count > 0; i++) // 170 MB.
            await peer.TrySendAsync(many);

        await WaitForNoneAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<HostilePeer> GreetedAsync(bool tls)
    {
        var port = _server.Port(tls ? PortKind.Tls : PortKind.Insecure);
        var peer = await (tls ? HostilePeer.ConnectTlsAsync(port) : HostilePeer.ConnectAsync(port));
        await peer.TrySendAsync(HostilePeer.Preface);
        await peer.ReadUntilAsync(HostilePeer.Settings);
        return peer;
    }

    private Task WaitForNoneAsync() => Eventually.TrueAsync(() => _keeper.Count == 0, () => $"{_keeper.Count} connections are open");

    private void End() => _time.AdvanceUntil(
        () => _server.Log.All.Any(line => line.Contains("ending the connection", StringComparison.Ordinal)));
}

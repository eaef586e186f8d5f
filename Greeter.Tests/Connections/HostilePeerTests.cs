namespace Greeter.Tests;

/// <summary>Peers that say nothing, too little, or something else: each is closed by a limit, and the others are served meanwhile and afterwards.</summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private AttackedServer _server = null!;

    public async Task InitializeAsync() => _server = await AttackedServer.StartAsync();

    [Theory]
    [InlineData("Insecure", "keep_alive_timeout|none")] // None: by our own limit for the preface.
    [InlineData("Tls", "tls_handshake_failed")]
    [InlineData("Mtls", "tls_handshake_failed")]
    public async Task A_thousand_connections_that_say_nothing_are_closed_and_others_are_served_meanwhile(string port, string reason)
    {
        var peers = await _server.ConnectAsync(port, 1000);

        (await _server.ServesAsync()).Should().BeTrue();
        await _server.CloseAllAsync(reason, peers);
    }

    [Fact]
    public async Task Connections_that_say_nothing_after_their_handshake_are_closed() =>
        await _server.CloseAllAsync("keep_alive_timeout|none|io_error", await _server.ConnectTlsAsync(50));

    [Theory]
    [InlineData("Tls", 0, "tls_handshake_failed")]
    [InlineData("Insecure", 0, "keep_alive_timeout|none")] // In the midst of the preface,
    [InlineData("Insecure", 1, "keep_alive_timeout")] // of a frame,
    [InlineData("Insecure", 2, "request_headers_timeout")] // and of a call's headers.
    public async Task One_byte_at_a_time_does_not_keep_a_connection_open(string port, int complete, string reason)
    {
        byte[][] parts = port == "Tls" ? [[0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, .. new byte[500]]]
            : [HostilePeer.Preface, HostilePeer.Frame(HostilePeer.HeadersFrame, flags: 0, stream: 1, HostilePeer.Headers()), HostilePeer.Frame(HostilePeer.Continuation, flags: 0, stream: 1, new byte[100])];
        var (begin, bytes) = (parts[..complete].Sum(part => part.Length), parts.SelectMany(part => part).ToArray());
        var peers = await _server.ConnectAsync(port, 50);

        await Task.WhenAll(peers.Select(async peer =>
        {
            await peer.TrySendAsync(bytes[..begin]);
            var closed = peer.WaitForCloseAsync();
            using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
            for (var i = begin; !closed.IsCompleted && i < bytes.Length - 1; i++)
            {
                await peer.TrySendAsync(bytes[i]);
                await Task.WhenAny(second.WaitForNextTickAsync().AsTask(), closed);
            }

            closed.IsCompleted.Should().BeTrue("the server does not wait for the last byte");
        }));
        await _server.CloseAllAsync(reason, peers);
    }

    [Theory]
    [InlineData("Tls")]
    [InlineData("Mtls")]
    public async Task What_is_no_tls_is_closed(string port)
    {
        var garbage = new byte[1000];
        new Random(1).NextBytes(garbage);
        var peers = await _server.ConnectAsync(port, 200);
        await Task.WhenAll(peers.Select(peer => peer.TrySendAsync(garbage)));

        await _server.CloseAllAsync("tls_handshake_failed", peers);
    }

    [Theory]
    [InlineData("Insecure", "invalid_http_version")]
    [InlineData("Tls", "invalid_handshake")]
    public async Task Http_1_is_closed(string port, string reason)
    {
        var peers = port == "Tls" ? await _server.ConnectTlsAsync(1) : await _server.ConnectAsync(port, 1);
        await peers[0].TrySendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        await _server.CloseAllAsync(reason, peers);
    }

    [Fact]
    public async Task More_connections_than_allowed_are_closed_and_make_room_again()
    {
        await using var server = await AttackedServer.StartAsync("--Limits:MaxConnections", "10");
        var peers = await server.TryConnectAsync("Insecure", 50);

        await Task.WhenAll(peers.Select(peer => peer.WaitForCloseAsync()));

        await Eventually.TrueAsync(() => server.ServesAsync().GetAwaiter().GetResult(), () => "nobody is served any more");
        Array.ForEach(peers, peer => peer.Dispose());
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();
}

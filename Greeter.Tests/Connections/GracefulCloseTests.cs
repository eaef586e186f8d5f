using GrpcTls.AspNetCore;

namespace Greeter.Tests;

/// <summary>How a connection ends that the server wants to end: in the order of HTTP/2, and by the client's hand.</summary>
public sealed class GracefulCloseTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly FakeTime _time = new(TestPki.Now);
    private TestServer _server = null!;
    private ConnectionTracker _keeper = null!;

    public async Task InitializeAsync()
    {
        // As many calls as it takes for 34 MB to be nothing out of the ordinary; and longer than a slow machine takes.
        string[] limits = ["--Limits:HandshakeTimeout", "00:05:00", "--Limits:MaxStreamsPerConnection", "10000"];
        _server = await TestServer.StartAsync(
            _folder, _time, ["--Limits:MaxConnectionAge", "00:00:20", "--Limits:ConnectionGrace", "1.00:00:00", .. limits]);
        _keeper = _server.App.Services.Tracker();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_ends_before_it_has_begun_is_greeted_nevertheless(bool tls)
    {
        using var peer = await ConnectAsync(tls);
        End();

        await peer.TrySendAsync(HostilePeer.Preface);

        (await peer.ReadFrameAsync()).Should().Be(HostilePeer.Settings);
        await peer.ReadUntilAsync(HostilePeer.GoAway);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_under_way_when_a_connection_ends_is_taken_until_the_client_closes(bool tls)
    {
        using var peer = await GreetedAsync(tls);
        End();
        await peer.ReadUntilAsync(HostilePeer.GoAway);

        // More than the buffers of both sides hold: it can only be sent if it is read.
        var ping = HostilePeer.Frame(HostilePeer.Ping, flags: 0, stream: 0, new byte[8]);
        byte[] many = [.. Enumerable.Repeat(ping, 10_000).SelectMany(frame => frame)];
        for (var i = 0; i < 200; i++)
            await peer.Stream.WriteAsync(many);
        _keeper.Count.Should().Be(1);
        peer.Dispose();

        await Eventually.TrueAsync(() => _keeper.Count == 0, () => $"{_keeper.Count} connections are open");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_does_not_close_is_not_waited_for_without_end(bool tls)
    {
        using var peer = await GreetedAsync(tls);
        var others = _time.Waiting;
        End();
        await peer.ReadUntilAsync(HostilePeer.GoAway);
        await Eventually.TrueAsync(() => _time.Waiting > others, () => "the server does not wait for the client");

        _time.Advance(GracefulClose.Timeout);

        await peer.WaitForCloseAsync();
        await Eventually.TrueAsync(() => _keeper.Count == 0, () => $"{_keeper.Count} connections are open");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_its_client_closes_leaves_no_error_in_the_log(bool tls)
    {
        (await GreetedAsync(tls)).Dispose();

        await Eventually.TrueAsync(() => _keeper.Count == 0, () => $"{_keeper.Count} connections are open");
        await _server.App.StopAsync(); // Ends after its connections, so all is in the log.
        _server.Log.All.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_says_nothing_does_not_hold_the_end_up()
    {
        using var peer = await ConnectAsync(tls: false);
        End();

        _time.Advance(GracefulClose.Timeout);

        await peer.ReadUntilAsync(HostilePeer.GoAway);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<HostilePeer> ConnectAsync(bool tls)
    {
        var peer = await (tls ? HostilePeer.ConnectTlsAsync(_server.Port(PortKind.Tls)) : HostilePeer.ConnectAsync(_server.Port(PortKind.Insecure)));
        await Eventually.TrueAsync(() => _keeper.Count == 1, () => $"{_keeper.Count} connections are open");
        return peer;
    }

    private async Task<HostilePeer> GreetedAsync(bool tls)
    {
        var peer = await ConnectAsync(tls);
        await peer.TrySendAsync(HostilePeer.Preface);
        await peer.ReadUntilAsync(HostilePeer.Settings);
        return peer;
    }

    private void End() => _time.AdvanceUntil(() => _server.Log.All.Any(line => line.Contains("ending the connection", StringComparison.Ordinal)));
}

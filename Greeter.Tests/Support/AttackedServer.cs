using Grpc.Core;

namespace Greeter.Tests;

/// <summary>A server with small limits, and what has to be so after each attack on it.</summary>
internal sealed class AttackedServer : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly TestServer _server;
    private readonly OpenConnections _connections;

    private AttackedServer(TestFolder folder, TestServer server) => (_folder, _server, _connections) = (folder, server, new OpenConnections(server));

    /// <param name="more">Limits besides the small ones.</param>
    public static async Task<AttackedServer> StartAsync(params string[] more)
    {
        var folder = TestFolder.With(TestPki.Ec);
        string[] oneAddress = ["--Limits:MaxConnectionsPerAddress", "10000"]; // Attackers and good callers have the same here.
        return new AttackedServer(folder, await TestServer.StartAsync(
            folder,
            [
                .. oneAddress, "--Limits:HandshakeTimeout", "00:00:02", "--Limits:HeadersTimeout", "00:00:01",
                "--Limits:IdleTimeout", "00:00:01", "--Limits:MaxHeadersSize", "8192", .. more,
            ]));
    }

    public Task<HostilePeer[]> ConnectAsync(string port, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => HostilePeer.ConnectAsync(_server.Port(Enum.Parse<PortKind>(port)))));

    /// <summary>Those of them that were not closed while they were still connecting.</summary>
    public async Task<HostilePeer[]> TryConnectAsync(string port, int count)
    {
        var number = _server.Port(Enum.Parse<PortKind>(port));
        return [.. (await Task.WhenAll(Enumerable.Range(0, count).Select(_ => HostilePeer.TryConnectAsync(number)))).OfType<HostilePeer>()];
    }

    /// <summary>The same, on the tls port and with a good handshake.</summary>
    public Task<HostilePeer[]> ConnectTlsAsync(int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => HostilePeer.ConnectTlsAsync(_server.Port(PortKind.Tls))));

    /// <summary>Whether somebody who keeps to the rules is served.</summary>
    public async Task<bool> ServesAsync() => (await _server.GreetAsync(PortKind.Tls)).Status == StatusCode.OK;

    /// <summary>Every peer is closed by the server and for that reason, none is left behind, and a good caller is served.</summary>
    /// <param name="reason">As Kestrel's metric has it; several, with bars between, where it depends on who is quicker.</param>
    /// <param name="peers">Those that attacked it.</param>
    public async Task CloseAllAsync(string reason, params HostilePeer[] peers)
    {
        await Task.WhenAll(peers.Select(peer => peer.WaitForCloseAsync()));
        Array.ForEach(peers, peer => peer.Dispose());
        await Eventually.TrueAsync(() => _connections.Ever >= peers.Length, () => $"only {_connections.Ever} connections were seen");
        await _connections.WaitForAsync(0);
        var expected = reason.Split('|');
        await Eventually.TrueAsync(() => _connections.Reasons.Overlaps(expected), () => $"not {reason} but {string.Join(", ", _connections.Reasons)}");
        _connections.Reasons.Should().BeSubsetOf([.. expected, "none"]);
        (await ServesAsync()).Should().BeTrue();
    }

    public async ValueTask DisposeAsync()
    {
        _connections.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}

using System.Net;
using System.Net.Sockets;

namespace Greeter.Tests;

/// <summary>A listening socket that does with each connection what a test says.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public RawPeer(Func<NetworkStream, CancellationToken, Task> serve)
    {
        _listener.Start();
        _accepting = AcceptAsync(serve);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Accepts, and says nothing.</summary>
    public static RawPeer Silent() => new((_, stop) => Task.Delay(Timeout.Infinite, stop));

    /// <summary>Passes a connection on to a port of this machine.</summary>
    public static async Task ForwardAsync(NetworkStream client, int port, CancellationToken stop)
    {
        using var server = new TcpClient();
        await server.ConnectAsync("127.0.0.1", port, stop);
        await Task.WhenAny(client.CopyToAsync(server.GetStream(), stop), server.GetStream().CopyToAsync(client, stop));
    }

    /// <summary>Ends a connection without a word.</summary>
    public static void Reset(NetworkStream client)
    {
        client.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, CancellationToken, Task> serve)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token), serve));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket, Func<NetworkStream, CancellationToken, Task> serve)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await serve(stream, _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or the test is over.
        }
    }
}

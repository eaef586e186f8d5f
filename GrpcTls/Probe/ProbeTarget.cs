using System.Net;
using System.Net.Sockets;

namespace GrpcTls;

/// <summary>A server that has been found to listen.</summary>
/// <param name="Host">The address's host.</param>
/// <param name="Port">The address's port.</param>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="Name">The name that its certificate has to carry.</param>
/// <param name="Patience">How long a step may take.</param>
internal sealed record ProbeTarget(string Host, int Port, IPEndPoint EndPoint, string Name, TimeSpan Patience)
{
    public string Peer => $"{Host} port {Port}";

    /// <summary>Opens a connection and works with it, within the patience.</summary>
    /// <exception cref="TimeoutException">The patience is over.</exception>
    public async Task<T> WithConnectionAsync<T>(Func<NetworkStream, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await using var stream = await OpenAsync(socket, patience.Token);
        try
        {
            return await work(stream, patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    private async Task<NetworkStream> OpenAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            await socket.ConnectAsync(EndPoint, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

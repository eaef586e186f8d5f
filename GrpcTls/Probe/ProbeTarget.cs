using System.Net;
using System.Net.Sockets;

namespace GrpcTls;

/// <summary>A server that has been found to listen.</summary>
/// <param name="Host">The address's host.</param>
/// <param name="Port">The address's port.</param>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="Name">The name that its certificate has to carry.</param>
/// <param name="Timeout">How long a step may take.</param>
internal sealed record ProbeTarget(string Host, int Port, IPEndPoint EndPoint, string Name, TimeSpan Timeout)
{
    public string Peer => $"{Host} port {Port}";

    /// <summary>Opens a connection and works with it, within the timeout.</summary>
    /// <exception cref="TimeoutException">The timeout is over.</exception>
    public async Task<T> WithConnectionAsync<T>(Func<NetworkStream, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var stream = await OpenAsync(socket, timeout.Token).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        try
        {
            return await work(stream, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {Timeout.TotalSeconds:0} s");
        }
    }

    private async Task<NetworkStream> OpenAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(EndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

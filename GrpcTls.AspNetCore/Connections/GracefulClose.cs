using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Ends connections so that no call is lost with them: the SETTINGS come before the GOAWAY, and it is the client who closes.
/// </summary>
/// <remarks>
/// Kestrel closes the socket right after its GOAWAY. A client that is just writing a call then meets a reset before it has
/// read the GOAWAY, and cannot know that the call was not taken (in HttpClient the same happens to calls that wait to be
/// written). And a connection that is asked to end before the client's preface has come starts with the GOAWAY, which is a
/// connection error (RFC 9113, section 3.4: SETTINGS come first).
/// All this is for ends that were asked for: who breaks the protocol, or never begins to speak it, is closed at once.
/// </remarks>
/// <param name="preface">How long a client may take to say that it speaks HTTP/2.</param>
/// <param name="inFlight">How many bytes of a client may be under way when it is told of the end.</param>
/// <param name="closed">Is told who never spoke.</param>
/// <param name="time">By whose clock a client is waited for.</param>
internal sealed class GracefulClose(TimeSpan preface, long inFlight, ClosedConnections closed, TimeProvider time)
{
    /// <summary>How long the other side has, to begin and then to close: a round trip, and the work of a busy machine.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Part of Kestrel's pipeline, right before HTTP.</summary>
    public ConnectionDelegate Close(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        var held = new HeldOpenTransport(transport);
        connection.Transport = held;
        var requested = CancellationToken.None;
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
        {
            requested = lifetime.ConnectionClosedRequested;
            lifetime.ConnectionClosedRequested = AfterSettings(held, requested);
        }

        _ = CloseSilentAsync(held, connection);
        try
        {
            await next(connection);
            if (held.SettingsSent && requested.IsCancellationRequested)
                await ClosedByClientAsync(transport.Input);
        }
        finally
        {
            held.GiveUp();
            connection.Transport = transport;
        }
    };

    // Kestrel waits for the preface as long as for the next call: minutes. In real time, like Kestrel's limit for the handshake.
    private async Task CloseSilentAsync(HeldOpenTransport held, ConnectionContext connection)
    {
        try
        {
            await held.Settings.WaitAsync(preface);
        }
        catch (TimeoutException)
        {
            closed.Report(connection, nameof(TlsConnectionOptions.HandshakeTimeout), preface);
            connection.Abort(new ConnectionAbortedException("the client did not begin to speak HTTP/2 in time"));
        }
    }

    // The request to end. A client that says nothing at all does not hold it up for long.
    private CancellationToken AfterSettings(HeldOpenTransport held, CancellationToken requested)
    {
        var close = new CancellationTokenSource();
        requested.UnsafeRegister(_ => _ = CloseAsync(), state: null);
        return close.Token;

        async Task CloseAsync()
        {
            await held.WaitForSettingsAsync(Timeout, time);
            await close.CancelAsync();
        }
    }

    private async Task ClosedByClientAsync(PipeReader input)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            for (var left = inFlight; left > 0 && await input.ReadAsync(timeout.Token) is { IsCompleted: false } read;)
            {
                left -= read.Buffer.Length;
                input.AdvanceTo(read.Buffer.End);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Too late, or the connection is gone, or HTTP itself has read its end (and not given it back, so that
            // nobody can read it again): it is closed either way.
        }
    }
}

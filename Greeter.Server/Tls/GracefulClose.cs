using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Greeter.Server.Tls;

/// <summary>
/// Ends connections so that no call is lost with them: GOAWAY is never the first frame, and it is the client who closes.
/// </summary>
/// <remarks>
/// Kestrel closes the socket right after its GOAWAY. A client that is just writing a call then meets a reset before it has
/// read the GOAWAY, and cannot know that the call was not taken (in HttpClient the same happens to calls that wait to be
/// written). And a connection that is asked to end before the client's preface has come starts with the GOAWAY, which is a
/// connection error (RFC 9113, section 3.4: SETTINGS come first).
/// </remarks>
internal sealed class GracefulClose(TimeProvider time)
{
    /// <summary>How long the other side has: a round trip, and the work of a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Part of Kestrel's pipeline, right before HTTP.</summary>
    public ConnectionDelegate Close(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        var kept = new KeptTransport(transport);
        connection.Transport = kept;
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
            lifetime.ConnectionClosedRequested = After(kept.Greeted, lifetime.ConnectionClosedRequested);
        try
        {
            await next(connection);
            await ClosedByClientAsync(transport.Input);
        }
        finally
        {
            connection.Transport = transport;
        }
    };

    // The request to end, not before the greeting; a client that says nothing at all does not hold it up for long.
    private CancellationToken After(Task greeted, CancellationToken requested)
    {
        var close = new CancellationTokenSource();
        requested.UnsafeRegister(async _ =>
        {
            await greeted.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await close.CancelAsync();
        }, state: null);
        return close.Token;
    }

    private async Task ClosedByClientAsync(PipeReader input)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            while (await input.ReadAsync(patience.Token) is { IsCompleted: false } read)
                input.AdvanceTo(read.Buffer.End);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Out of patience, or the connection is gone: it is closed either way.
        }
    }
}

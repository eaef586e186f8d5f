using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Greeter.Server.Tls;

/// <summary>
/// Ends connections so that no call is lost with them: the greeting comes before the GOAWAY, and it is the client who closes.
/// </summary>
/// <remarks>
/// Kestrel closes the socket right after its GOAWAY. A client that is just writing a call then meets a reset before it has
/// read the GOAWAY, and cannot know that the call was not taken (in HttpClient the same happens to calls that wait to be
/// written). And a connection that is asked to end before the client's preface has come starts with the GOAWAY, which is a
/// connection error (RFC 9113, section 3.4: SETTINGS come first).
/// </remarks>
internal sealed class GracefulClose(TimeProvider time)
{
    /// <summary>How long the other side has, to greet and then to close: a round trip, and the work of a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Part of Kestrel's pipeline, right before HTTP.</summary>
    public ConnectionDelegate Close(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        var kept = new KeptTransport(transport);
        connection.Transport = kept;
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
            lifetime.ConnectionClosedRequested = OnceGreeted(kept, lifetime.ConnectionClosedRequested);
        try
        {
            await next(connection);
            if (kept.IsGreeted)
                await ClosedByClientAsync(transport.Input);
        }
        finally
        {
            connection.Transport = transport;
        }
    };

    // The request to end. A client that says nothing at all does not hold it up for long.
    private CancellationToken OnceGreeted(KeptTransport kept, CancellationToken requested)
    {
        var close = new CancellationTokenSource();
        requested.UnsafeRegister(_ => _ = CloseAsync(), state: null);
        return close.Token;

        async Task CloseAsync()
        {
            await kept.WaitForGreetingAsync(Patience, time);
            await close.CancelAsync();
        }
    }

    private async Task ClosedByClientAsync(PipeReader input)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            while (await input.ReadAsync(patience.Token) is { IsCompleted: false } read)
                input.AdvanceTo(read.Buffer.End);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Out of patience, or the connection is gone, or HTTP itself has read its end (and not given it back, so that
            // nobody can read it again): it is closed either way.
        }
    }
}

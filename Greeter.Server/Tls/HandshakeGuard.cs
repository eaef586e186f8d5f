using Greeter.Tls;
using Microsoft.AspNetCore.Connections;

namespace Greeter.Server.Tls;

/// <summary>
/// The platform throws over some certificates while it builds their chain, before our own code is asked. Kestrel expects failures of
/// other kinds only, and would log an "Unhandled exception" of 2.5 kB for each such handshake: here it becomes a refusal like others.
/// </summary>
internal sealed class HandshakeGuard(Refusals refusals)
{
    /// <summary>Part of Kestrel's pipeline, right before the handshake.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        try
        {
            await next(connection);
        }
        catch (Exception e) when (HandshakeFlow.Current is { IsOver: false } && e is not OutOfMemoryException)
        {
            var handshake = HandshakeFlow.Current!;
            refusals.Report(handshake.Port.Kind == PortKind.Mtls
                ? PeerDiagnosis.Unreadable(TlsSide.Client, e)
                : TlsProblems.HandshakeFailed.With(("peer", handshake.Remote), ("reason", HandshakeFailure.Reason(e))));
        }
    };

    /// <summary>Part of Kestrel's pipeline, right after the handshake: what is thrown from here on is none of ours.</summary>
    public static ConnectionDelegate After(ConnectionDelegate next) => connection =>
    {
        HandshakeFlow.Current?.IsOver = true;
        return next(connection);
    };
}

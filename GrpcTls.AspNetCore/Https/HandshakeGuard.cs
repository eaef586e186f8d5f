using Microsoft.AspNetCore.Connections;

namespace GrpcTls.AspNetCore;

/// <summary>
/// The platform throws over some certificates while it builds their chain, before our own code is asked. Kestrel expects failures of
/// other kinds only, and would log an "Unhandled exception" of 2.5 kB for each such handshake: here it becomes a refusal like others.
/// </summary>
internal sealed class HandshakeGuard(HandshakeRejections refusals)
{
    /// <summary>Part of Kestrel's pipeline, right before the handshake.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        try
        {
            await next(connection);
        }
        catch (Exception e) when (HandshakeContext.Current is { IsOver: false } && e is not OutOfMemoryException)
        {
            // For an alert as the first bytes it is a NotSupportedException that blames our own certificate.
            var handshake = HandshakeContext.Current!;
            var reason = $"the handshake ended in an exception of the platform ({e.GetType().Name}: {e.Message})";
            refusals.Report(handshake.Port.Kind == PortKind.Mtls && e is not NotSupportedException
                ? PeerDiagnosis.Unreadable(TlsSide.Client, e)
                : TlsProblems.HandshakeFailed.With(("peer", handshake.Remote), ("reason", reason)));
        }
    };
}

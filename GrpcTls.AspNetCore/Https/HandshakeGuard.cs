using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GrpcTls.AspNetCore;

/// <summary>
/// The platform throws over some certificates while it builds their chain, before our own code is asked. Kestrel expects failures of
/// other kinds only, and would log an "Unhandled exception" of 2.5 kB for each such handshake: here it becomes a rejection like others.
/// </summary>
internal sealed class HandshakeGuard(HandshakeRejections rejections)
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
            rejections.Report(handshake.Endpoint.IsMutual && e is not NotSupportedException
                ? PeerDiagnosis.Unreadable(TlsSide.Client, e)
                : TlsProblems.HandshakeFailed.With(("peer", handshake.Remote), ("reason", reason)));
        }
    };
}

/// <summary>
/// The handshake's options for the source's current material: built once for each material and then shared by all
/// connections, because building OpenSSL's context costs more than a handshake.
/// </summary>
internal sealed class ServerTlsOptionsCache(
    TlsMaterialSource source, Func<HttpProtocols> protocols, Func<TlsMaterial, SslServerAuthenticationOptions> posture)
{
    private volatile Built? _built;

    public SslServerAuthenticationOptions Current
    {
        get
        {
            var material = source.Current;
            var built = _built;
            if (built?.Material != material)
                _built = built = new Built(material, Build(material)); // Two at once build twice; either result is right.
            return built.Options;
        }
    }

    // ALPN offers what the endpoint speaks.
    private SslServerAuthenticationOptions Build(TlsMaterial material)
    {
        var options = posture(material);
        options.ApplicationProtocols =
        [
            .. protocols().HasFlag(HttpProtocols.Http2) ? [SslApplicationProtocol.Http2] : (SslApplicationProtocol[])[],
            .. protocols().HasFlag(HttpProtocols.Http1) ? [SslApplicationProtocol.Http11] : (SslApplicationProtocol[])[],
        ];
        return options;
    }

    private sealed record Built(TlsMaterial Material, SslServerAuthenticationOptions Options);
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace GrpcTls.AspNetCore;

/// <summary>A connection that is being served.</summary>
/// <param name="context">Kestrel's view of it.</param>
/// <param name="certificate">What the client showed; null for nothing.</param>
/// <param name="handshake">What is known of its handshake.</param>
/// <param name="endsAt">When it gets too old.</param>
internal sealed class OpenConnection(
    ConnectionContext context, X509Certificate2? certificate, HandshakeContext? handshake, DateTimeOffset endsAt)
{
    // Ticks; 0 while it was not asked to end. One number: two threads write it, and a DateTimeOffset? could be read half written.
    private long _endingSince;

    public X509Certificate2? Certificate => certificate;

    public HandshakeContext? Handshake => handshake;

    public DateTimeOffset EndsAt => endsAt;

    /// <summary>The certificate and what vouched for it: connections with the same chain get the same verdict.</summary>
    public string Chain => string.Join(
        ' ', (handshake?.Intermediates ?? []).Prepend(certificate!).Select(each => each.GetCertHashString(HashAlgorithmName.SHA256)));

    /// <summary>When it was asked to end; null while it was not.</summary>
    public DateTimeOffset? EndingSince =>
        Volatile.Read(ref _endingSince) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>GOAWAY: calls in flight go on, new ones take another connection.</summary>
    /// <returns>Whether this was the first request to end it; others change nothing.</returns>
    public bool End(DateTimeOffset now)
    {
        if (Interlocked.CompareExchange(ref _endingSince, now.UtcTicks, 0) != 0)
            return false;
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        return true;
    }

    /// <summary>Ends it with its calls.</summary>
    public void Abort() => context.Abort(new ConnectionAbortedException(
        "the connection was asked to end, and its calls did not within the grace period"));

    public override string ToString() => $"{certificate?.Subject ?? "nobody"} from {context.RemoteEndPoint}";
}

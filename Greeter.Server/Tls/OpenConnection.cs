using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Greeter.Server.Tls;

/// <summary>A connection that is being served.</summary>
/// <param name="context">Kestrel's view of it.</param>
/// <param name="certificate">What the client showed; null for nothing.</param>
/// <param name="handshake">What it sent along.</param>
/// <param name="endsAt">When it gets too old.</param>
internal sealed class OpenConnection(ConnectionContext context, X509Certificate2? certificate, HandshakeFlow? handshake, DateTimeOffset endsAt)
{
    public X509Certificate2? Certificate => certificate;

    public HandshakeFlow? Handshake => handshake;

    public DateTimeOffset EndsAt => endsAt;

    /// <summary>When it was asked to end; null while it was not.</summary>
    public DateTimeOffset? EndingSince { get; private set; }

    /// <summary>GOAWAY: calls in flight go on, new ones take another connection.</summary>
    public void End(DateTimeOffset now)
    {
        EndingSince = now;
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    /// <summary>Ends it with its calls.</summary>
    public void Abort() => context.Abort(new ConnectionAbortedException("the connection was asked to end, and its calls did not within the grace period"));

    public override string ToString() => $"{certificate?.Subject ?? "nobody"} from {context.RemoteEndPoint}";
}

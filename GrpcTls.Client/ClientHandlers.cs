using System.Net.Security;

namespace GrpcTls.Client;

/// <summary>The chain of handlers that every way of using TLS shares: a channel, a client of the factory, an HttpClient.</summary>
/// <param name="ServerName">The name to verify, and to send as SNI and authority, instead of the address's host; null for that.</param>
/// <param name="ProbeOnFailure">Whether a failure that no handshake explains is looked into with a connection of its own.</param>
/// <param name="Time">Whose clock is used.</param>
internal sealed record ClientHandlers(string? ServerName, bool ProbeOnFailure, TimeProvider Time)
{
    // The observer of a handshake is told no name. It runs inside of the platform's callback, on its thread, which has one.
    [ThreadStatic]
    private static string? _askedName;

    /// <summary>Without TLS.</summary>
    public HttpMessageHandler Insecure() => Around(Transport(), material: () => null, needsTls: false);

    /// <summary>With material that never changes.</summary>
    public HttpMessageHandler Fixed(TlsMaterial material) => Around(Transport(material), () => material, needsTls: true);

    /// <summary>With the newest material of a source.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="showsIdentity">Whether a certificate is shown, where the material has one.</param>
    public HttpMessageHandler Rotating(TlsMaterialSource source, bool showsIdentity)
    {
        TlsMaterial Shown(TlsMaterial material) => showsIdentity ? material : material.WithoutIdentity();
        return Around(new RotatingTlsHandler(source, material => Transport(Shown(material))), () => Shown(source.Current), needsTls: true);
    }

    private FailureDiagnosisHandler Around(HttpMessageHandler transport, Func<TlsMaterial?> material, bool needsTls) =>
        new(new RequestHandler(transport, needsTls, ServerName), ProbeOnFailure ? material : null, isNamed: ServerName is not null, Time);

    private static SocketsHttpHandler Transport(TlsMaterial material)
    {
        var handler = Transport();
        handler.SslOptions = TlsHandshake.Client(material, Refusing(material));
        var verify = handler.SslOptions.RemoteCertificateValidationCallback!;
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            _askedName = (sender as SslStream)?.TargetHostName.Trim('[', ']');
            return verify(sender, certificate, chain, errors);
        };
        return handler;
    }

    private static SocketsHttpHandler Transport() => new()
    {
        // With a proxy the channel's balancer cannot connect ("Unable to get subchannel from HttpRequestMessage",
        // https://github.com/grpc/grpc-dotnet/issues/2254), and HTTPS_PROXY in the environment would choose one.
        UseProxy = false,

        // Neither has a place in gRPC: a redirect would send the call and its body to wherever a server says, up to 51
        // times, and a cookie of one answer would go along with everybody's later calls.
        AllowAutoRedirect = false,
        UseCookies = false,

        // One HTTP/2 connection carries 100 calls at a time by default; more calls open more connections.
        EnableMultipleHttp2Connections = true,

        // A dead peer is noticed while calls wait, not when TCP gives up after a quarter of an hour.
        KeepAlivePingDelay = TimeSpan.FromSeconds(60),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };

    // The handshake that fails knows best why. What is thrown here arrives as the call's exception, where the explanation finds
    // it without another connection; the server would have been refused in any case.
    private static PeerObserver Refusing(TlsMaterial material) => (certificate, chain, errors, refused) =>
    {
        var diagnosis = new PeerDiagnosis(TlsSide.Server, material.Roots, DateTimeOffset.UtcNow);
        var problems = refused is null ? diagnosis.Explain(certificate, chain, errors, _askedName) : [refused];
        if (problems.Count > 0)
            throw new TlsException(problems);
    };
}

using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace GrpcTls.Client;

/// <summary>
/// Makes a <see cref="GrpcChannel"/> of an address and credentials, as in every other gRPC language:
/// <code>
/// TlsChannel.ForAddress("http://localhost:50051", ChannelCredentials.Insecure)
/// TlsChannel.ForAddress("https://localhost:50052", new SslCredentials(serverCaPem))
/// TlsChannel.ForAddress("https://localhost:50053", new SslCredentials(serverCaPem, new KeyCertificatePair(clientCertPem, clientKeyPem)))
/// TlsChannel.ForAddress("https://greeter.example.com", new SslCredentials())          // the operating system's authorities
/// </code>
/// A call that fails below gRPC tells the true cause: see <see cref="FailureDiagnosisInterceptor"/>.
/// </summary>
internal sealed class TlsChannel : ChannelBase, IDisposable
{
    private readonly FailureDiagnosisInterceptor _explaining;

    private TlsChannel(GrpcChannel inner, FailureDiagnosis explainer)
        : base(inner.Target) => (Inner, _explaining) = (inner, new FailureDiagnosisInterceptor(explainer));

    /// <summary>The channel underneath, for its connectivity state.</summary>
    public GrpcChannel Inner { get; }

    /// <summary>Makes the channel; it connects at its first call. Dispose it when done.</summary>
    /// <param name="address"><c>http://</c> for insecure credentials, <c>https://</c> for all others, or <c>dns:///host:port</c>.</param>
    /// <param name="credentials">Who the server has to be, and who we are; may be composed with call credentials.</param>
    /// <param name="serverName">The name to verify, and to send as SNI and authority, instead of the address's host; null for that.</param>
    /// <param name="loggerFactory">Where the channel logs; null for nowhere.</param>
    /// <exception cref="TlsException">A PEM text cannot be used, or key and certificate do not fit.</exception>
    /// <exception cref="NotSupportedException">The credentials carry a verify-peer callback.</exception>
    /// <exception cref="ArgumentException">The address carries a user or a password.</exception>
    public static TlsChannel ForAddress(string address, ChannelCredentials credentials, string? serverName = null, ILoggerFactory? loggerFactory = null)
    {
        var parts = SslCredentialsReader.Of(credentials);
        var material = parts.IsSecure ? TlsMaterial.FromPem(parts.RootsPem, parts.KeyPair?.CertificateChain, parts.KeyPair?.PrivateKey) : null;
        var uri = Parse(address);
        return Create(uri, Handler(material, serverName ?? ChannelAddress.Host(uri)), () => material, parts, serverName, loggerFactory);
    }

    /// <summary>The same with material that follows its files: new connections use the newest, calls in flight finish on the old.</summary>
    /// <param name="address"><c>https://</c> or <c>dns:///host:port</c>.</param>
    /// <param name="source">Identity and roots; start following it with <see cref="TlsMaterialSource.Watch"/>.</param>
    /// <param name="callCredentials">What is sent along with each call; null for nothing.</param>
    /// <param name="serverName">The name to verify, and to send as SNI and authority, instead of the address's host; null for that.</param>
    /// <param name="loggerFactory">Where the channel logs; null for nowhere.</param>
    public static TlsChannel ForAddress(
        string address, TlsMaterialSource source, CallCredentials? callCredentials = null, string? serverName = null, ILoggerFactory? loggerFactory = null)
    {
        var parts = SslCredentialsReader.Of(
            callCredentials is null ? ChannelCredentials.SecureSsl : ChannelCredentials.Create(ChannelCredentials.SecureSsl, callCredentials));
        var uri = Parse(address);
        var name = serverName ?? ChannelAddress.Host(uri);
        var handler = new RotatingTlsHandler(source, material => Handler(material, name));
        return Create(uri, handler, () => source.Current, parts, serverName, loggerFactory);
    }

    public override CallInvoker CreateCallInvoker() =>
        new AsyncInvoker(Inner.Intercept(_explaining, new TransparentRetryInterceptor(), ReplayHandler.Mark));

    public void Dispose() => Inner.Dispose();

    protected override Task ShutdownAsyncCore() => Inner.ShutdownAsync();

    private static Uri Parse(string address) => new Uri(address) is { UserInfo: "" } uri ? uri
        : throw new ArgumentException("no user or password before the @: gRPC sends neither, and addresses are logged", nameof(address));

    private static TlsChannel Create(
        Uri address, HttpMessageHandler handler, Func<TlsMaterial?> material, SslCredentialsReader parts,
        string? serverName, ILoggerFactory? loggerFactory)
    {
        var call = parts.CallCredentials is null ? null : ExplainedCredentials.Of(parts.CallCredentials);
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new ReplayHandler(new MetadataHandler(serverName is null ? handler : new ServerNameHandler(serverName, handler))),
            DisposeHttpClient = true,
            Credentials = (parts.IsSecure, call) switch
            {
                (false, null) => ChannelCredentials.Insecure,
                (true, null) => ChannelCredentials.SecureSsl,
                (var secure, _) => ChannelCredentials.Create(secure ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure, call),
            },
            LoggerFactory = loggerFactory,
        });
        return new TlsChannel(channel, new FailureDiagnosis(address, material, serverName, TimeProvider.System));
    }

    private static SocketsHttpHandler Handler(TlsMaterial? material, string name)
    {
        var handler = new SocketsHttpHandler
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
        if (material is not null)
            handler.SslOptions = TlsHandshake.Client(material, Refusing(material, name));
        return handler;
    }

    // The handshake that fails knows best why. What is thrown here arrives as the call's exception, where the explanation finds
    // it without another connection; the server would have been refused in any case.
    private static PeerObserver Refusing(TlsMaterial material, string name) => (certificate, chain, errors, revoked) =>
    {
        var diagnosis = new PeerDiagnosis(TlsSide.Server, material.Roots, DateTimeOffset.UtcNow);
        var problems = revoked is null ? diagnosis.Explain(certificate, chain, errors, name) : [revoked];
        if (problems.Count > 0)
            throw new TlsException(problems);
    };
}

using Grpc.Core;
using Grpc.Net.Client;

namespace GrpcTls.Client;

/// <summary>
/// Makes a <see cref="GrpcChannel"/> of an address and credentials, as in every other gRPC language:
/// <code>
/// TlsChannel.ForAddress("http://localhost:50051", ChannelCredentials.Insecure)
/// TlsChannel.ForAddress("https://localhost:50052", new SslCredentials(serverCaPem))
/// TlsChannel.ForAddress("https://localhost:50053", new SslCredentials(serverCaPem, new KeyCertificatePair(certPem, keyPem)))
/// TlsChannel.ForAddress("https://example.com", new SslCredentials())                  // the operating system's authorities
/// </code>
/// GrpcChannel itself refuses SslCredentials with PEM texts, because HttpClient cannot take them. A call that fails below HTTP carries
/// the reason in words: its <c>Status.DebugException</c> is a <see cref="TlsRequestException"/>; see also <see cref="TlsFailure"/>.
/// </summary>
public static class TlsChannel
{
    /// <summary>Makes the channel; it connects at its first call. Dispose it when done.</summary>
    /// <param name="address"><c>http://</c> for insecure credentials, <c>https://</c> for all others, or <c>dns:///host:port</c>.</param>
    /// <param name="credentials">Who the server has to be, and who we are; may be composed with call credentials.</param>
    /// <param name="options">
    /// Everything else about the channel: its logs, its sizes, its service config. Null for defaults. Its <c>Credentials</c>,
    /// <c>HttpHandler</c> and <c>HttpClient</c> have to be null. The object is not changed, and may serve several channels.
    /// </param>
    /// <param name="serverName">The name to verify, and to send as SNI and authority, instead of the address's host; null for that.</param>
    /// <param name="probeOnFailure">
    /// Whether a failure that no handshake explains is looked into with one more connection, at most once in ten seconds for all calls.
    /// </param>
    /// <exception cref="TlsException">A PEM text cannot be used, or key and certificate do not fit.</exception>
    /// <exception cref="NotSupportedException">The credentials carry a verify-peer callback.</exception>
    /// <exception cref="ArgumentException">
    /// The address carries a user or a password, or the options carry credentials or a handler.
    /// </exception>
    public static GrpcChannel ForAddress(
        string address, ChannelCredentials credentials, GrpcChannelOptions? options = null, string? serverName = null,
        bool probeOnFailure = true)
    {
        var parts = SslCredentialsReader.Of(credentials);
        var handlers = new ClientHandlers(serverName, probeOnFailure, TimeProvider.System);
        var handler = parts.IsSecure
            ? handlers.Fixed(TlsMaterial.FromPem(parts.RootsPem, parts.KeyPair?.CertificateChain, parts.KeyPair?.PrivateKey))
            : handlers.Insecure();
        return Create(address, handler, parts, options ?? new GrpcChannelOptions());
    }

    /// <summary>
    /// The same with material whose files are watched: new connections use the newest, calls in flight finish on the old.
    /// </summary>
    /// <param name="address"><c>https://</c> or <c>dns:///host:port</c>.</param>
    /// <param name="source">
    /// Identity and roots, for example <c>ForMutualClient()</c> of <see cref="TlsMaterialSources"/>. A certificate is shown where it
    /// has one.
    /// </param>
    /// <param name="callCredentials">What is sent along with each call; null for nothing.</param>
    /// <inheritdoc cref="ForAddress(string, ChannelCredentials, GrpcChannelOptions?, string?, bool)"/>
    /// <param name="options">As above.</param>
    /// <param name="serverName">As above.</param>
    /// <param name="probeOnFailure">As above.</param>
    public static GrpcChannel ForAddress(
        string address, TlsMaterialSource source, CallCredentials? callCredentials = null, GrpcChannelOptions? options = null,
        string? serverName = null, bool probeOnFailure = true)
    {
        var secure = ChannelCredentials.SecureSsl;
        var parts = SslCredentialsReader.Of(callCredentials is null ? secure : ChannelCredentials.Create(secure, callCredentials));
        var handlers = new ClientHandlers(serverName, probeOnFailure, TimeProvider.System);
        return Create(address, handlers.Rotating(source, showsIdentity: true), parts, options ?? new GrpcChannelOptions());
    }

    private static GrpcChannel Create(string address, HttpMessageHandler handler, SslCredentialsReader parts, GrpcChannelOptions options)
    {
        if (new Uri(address) is not { UserInfo: "" } uri)
            throw new ArgumentException("no user or password before the @: gRPC sends neither, and addresses are logged", nameof(address));
        if (options.Credentials is not null)
            throw new ArgumentException("the credentials are given twice: leave GrpcChannelOptions.Credentials out", nameof(options));
        if (options.HttpHandler is not null || options.HttpClient is not null)
            throw new ArgumentException("the handler is the channel's own: leave HttpHandler and HttpClient out", nameof(options));

        var call = parts.CallCredentials is null ? null : ExplainedCredentials.Of(parts.CallCredentials);
        var transport = parts.IsSecure ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;

        // Lent and given back, rather than copied: a copy would forget what later versions add.
        lock (options)
        {
            var disposes = options.DisposeHttpClient;
            try
            {
                options.Credentials = call is null ? transport : ChannelCredentials.Create(transport, call);
                (options.HttpHandler, options.DisposeHttpClient) = (new ReplayHandler(handler), true);
                return GrpcChannel.ForAddress(uri, options);
            }
            finally
            {
                (options.Credentials, options.HttpHandler, options.DisposeHttpClient) = (null, null, disposes);
            }
        }
    }
}

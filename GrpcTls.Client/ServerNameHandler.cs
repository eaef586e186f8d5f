namespace GrpcTls.Client;

/// <summary>
/// Asks for the server by another name than the address's. The Host header decides what SocketsHttpHandler sends as SNI
/// and authority and which name it verifies; its own <c>SslOptions.TargetHost</c> is ignored.
/// </summary>
internal sealed class ServerNameHandler(string serverName, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // RFC 3986, section 3.2.2: the brackets tell an IPv6 address's colons from a port's.
    private readonly string _host = Uri.CheckHostName(serverName) == UriHostNameType.IPv6 && serverName[0] != '[' ? $"[{serverName}]" : serverName;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Host = _host;
        return base.SendAsync(request, cancellationToken);
    }
}

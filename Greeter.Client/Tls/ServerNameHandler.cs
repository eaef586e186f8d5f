namespace Greeter.Client.Tls;

/// <summary>
/// Asks for the server by another name than the address's. The Host header decides what SocketsHttpHandler sends as SNI
/// and authority and which name it verifies; its own <c>SslOptions.TargetHost</c> is ignored.
/// </summary>
internal sealed class ServerNameHandler(string serverName, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Host = serverName;
        return base.SendAsync(request, cancellationToken);
    }
}

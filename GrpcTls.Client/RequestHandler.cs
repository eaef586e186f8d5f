namespace GrpcTls.Client;

/// <summary>
/// What a request has to be before it is sent. With TLS its address is <c>https://</c>: nothing that was to be protected goes out in
/// the clear. Its headers are those that gRPC can carry (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: ASCII-Value is
/// %x20-%x7E): HttpClient would send a line break as it is, and the server would end the connection with all its calls.
/// </summary>
/// <remarks>
/// Another server name goes into the Host header, which decides what SocketsHttpHandler sends as SNI and authority and which name it
/// verifies; its own <c>SslOptions.TargetHost</c> is ignored.
/// </remarks>
/// <param name="inner">Sends the request.</param>
/// <param name="needsTls">Whether the address has to be <c>https://</c>.</param>
/// <param name="serverName">The name to verify instead of the address's; null for that.</param>
internal sealed class RequestHandler(HttpMessageHandler inner, bool needsTls, string? serverName) : DelegatingHandler(inner)
{
    // RFC 3986, section 3.2.2: the brackets tell an IPv6 address's colons from a port's.
    private readonly string? _host = serverName is not null && serverName[0] != '[' && Uri.CheckHostName(serverName) == UriHostNameType.IPv6
        ? $"[{serverName}]"
        : serverName;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        return base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        return base.Send(request, cancellationToken);
    }

    private void Prepare(HttpRequestMessage request)
    {
        if (needsTls && request.RequestUri?.Scheme != Uri.UriSchemeHttps)
        {
            throw new TlsRequestException([TlsProblems.SchemeMismatch.With(
                ("setting", "the address"), ("address", request.RequestUri?.GetLeftPart(UriPartial.Authority)), ("credentials", "TLS"),
                ("scheme", "https://"), ("other", "insecure"))]);
        }

        if (_host is not null)
            request.Headers.Host = _host;
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                if (value.AsSpan().IndexOfAnyExceptInRange(' ', '~') is >= 0 and var position)
                {
                    // The value is not quoted: it may be a token.
                    throw new TlsRequestException([TlsProblems.MetadataInvalid.With(
                        ("header", name.ToLowerInvariant()), ("code", $"U+{(int)value[position]:X4}"), ("position", position + 1))]);
                }
            }
        }
    }
}

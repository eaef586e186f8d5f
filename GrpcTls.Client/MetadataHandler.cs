using Grpc.Core;

namespace GrpcTls.Client;

/// <summary>
/// Refuses a call with a header that gRPC cannot carry (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md:
/// ASCII-Value is %x20-%x7E). HttpClient would send a line break as it is, and the server end the connection with all its calls.
/// </summary>
internal sealed class MetadataHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                if (value.AsSpan().IndexOfAnyExceptInRange(' ', '~') is >= 0 and var position)
                {
                    // The value is not quoted: it may be a token.
                    var problem = TlsProblems.MetadataInvalid.With(
                        ("header", name.ToLowerInvariant()), ("code", $"U+{(int)value[position]:X4}"), ("position", position + 1));
                    throw new RpcException(new Status(StatusCode.Internal, problem.ToString(), new TlsException(problem)));
                }
            }
        }

        return base.SendAsync(request, cancellationToken);
    }
}

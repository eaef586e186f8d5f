using Grpc.Core;

namespace GrpcTls.AspNetCore;

/// <summary>
/// A call whose handler can be cancelled after the call is over. gRPC's own token cannot: it is let go of with the call's
/// deadline, and a handler that waits for it would wait for ever.
/// </summary>
internal sealed class EndedContext : ServerCallContext
{
    private const string HttpContextKey = "__HttpContext"; // Where GetHttpContext looks for it in a context that is not gRPC's own.

    private readonly ServerCallContext _inner;
    private readonly CancellationToken _stop;

    public EndedContext(ServerCallContext inner, CancellationTokenSource stop)
    {
        (_inner, _stop) = (inner, stop.Token);
        inner.UserState[HttpContextKey] = inner.GetHttpContext();
        inner.CancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), stop);
    }

    protected override string MethodCore => _inner.Method;

    protected override string HostCore => _inner.Host;

    protected override string PeerCore => _inner.Peer;

    protected override DateTime DeadlineCore => _inner.Deadline;

    protected override Metadata RequestHeadersCore => _inner.RequestHeaders;

    protected override CancellationToken CancellationTokenCore => _stop;

    protected override Metadata ResponseTrailersCore => _inner.ResponseTrailers;

    protected override Status StatusCore { get => _inner.Status; set => _inner.Status = value; }

    protected override WriteOptions? WriteOptionsCore { get => _inner.WriteOptions; set => _inner.WriteOptions = value; }

    protected override AuthContext AuthContextCore => _inner.AuthContext;

    protected override IDictionary<object, object> UserStateCore => _inner.UserState;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => _inner.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _inner.WriteResponseHeadersAsync(responseHeaders);
}

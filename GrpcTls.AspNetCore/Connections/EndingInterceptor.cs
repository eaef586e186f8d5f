using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GrpcTls.AspNetCore;

/// <summary>Ends calls with a status at a moment, whatever their handlers do.</summary>
internal abstract class EndingInterceptor : Interceptor
{
    /// <summary>Completes at that moment; null where there is none.</summary>
    protected abstract Task? Over(ServerCallContext context);

    protected abstract Status Status { get; }

    /// <summary>The call as its handler sees it.</summary>
    protected virtual ServerCallContext Context(ServerCallContext context) => context;

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var call = continuation(request, Context(context));
        return call.IsCompleted ? call : EndAsync(context, call);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        EndAsync(context, continuation(requestStream, Context(context)));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        EndAsync(context, continuation(request, responseStream, Context(context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        EndAsync(context, continuation(requestStream, responseStream, Context(context)));

    private async Task<T> EndAsync<T>(ServerCallContext context, Task<T> call)
    {
        await EndAsync(context, (Task)call);
        return await call;
    }

    private async Task EndAsync(ServerCallContext context, Task call)
    {
        if (Over(context) is { } over && await Task.WhenAny(call, over) != call)
        {
            // How it ends after its status is nobody's concern.
            _ = call.ContinueWith(late => late.Exception, TaskContinuationOptions.OnlyOnFaulted);
            throw new RpcException(Status);
        }

        await call;
    }
}

/// <summary>
/// A call whose handler can be cancelled after the call is over. gRPC's own token cannot: it is let go of with the call's
/// deadline, and a handler that waits for it would wait for ever.
/// </summary>
internal sealed class EndedContext : ServerCallContext
{
    private const string HttpContextKey = "__HttpContext"; // Where GetHttpContext looks for it in a context that is not gRPC's own.

    private readonly ServerCallContext _inner;
    private readonly CancellationToken _cancellationToken;

    public EndedContext(ServerCallContext inner, CancellationTokenSource handler)
    {
        (_inner, _cancellationToken) = (inner, handler.Token);
        inner.UserState[HttpContextKey] = inner.GetHttpContext();
        inner.CancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), handler);
    }

    protected override string MethodCore => _inner.Method;

    protected override string HostCore => _inner.Host;

    protected override string PeerCore => _inner.Peer;

    protected override DateTime DeadlineCore => _inner.Deadline;

    protected override Metadata RequestHeadersCore => _inner.RequestHeaders;

    protected override CancellationToken CancellationTokenCore => _cancellationToken;

    protected override Metadata ResponseTrailersCore => _inner.ResponseTrailers;

    protected override Status StatusCore { get => _inner.Status; set => _inner.Status = value; }

    protected override WriteOptions? WriteOptionsCore { get => _inner.WriteOptions; set => _inner.WriteOptions = value; }

    protected override AuthContext AuthContextCore => _inner.AuthContext;

    protected override IDictionary<object, object> UserStateCore => _inner.UserState;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        _inner.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _inner.WriteResponseHeadersAsync(responseHeaders);
}

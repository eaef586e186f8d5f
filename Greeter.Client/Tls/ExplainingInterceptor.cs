using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Greeter.Client.Tls;

/// <summary>
/// Tells the true cause when a call fails below gRPC: the status keeps its code, its detail becomes the problem's text, and
/// its exception a <see cref="Greeter.Tls.TlsException"/>. A call that succeeds pays for an awaited task and no more.
/// </summary>
internal sealed class ExplainingInterceptor(ConnectionExplainer explainer) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        return new AsyncUnaryCall<TResponse>(
            ExplainAsync(call.ResponseAsync), ExplainAsync(call.ResponseHeadersAsync), call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        return new AsyncServerStreamingCall<TResponse>(
            new Reader<TResponse>(this, call.ResponseStream), ExplainAsync(call.ResponseHeadersAsync), call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(context);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream, ExplainAsync(call.ResponseAsync), ExplainAsync(call.ResponseHeadersAsync), call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(context);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream, new Reader<TResponse>(this, call.ResponseStream), ExplainAsync(call.ResponseHeadersAsync), call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private async Task<T> ExplainAsync<T>(Task<T> task)
    {
        try
        {
            return await task;
        }
        catch (RpcException e) when (ConnectionExplainer.IsBelowGrpc(e.Status))
        {
            throw await explainer.ExplainAsync(e);
        }
    }

    private sealed class Reader<T>(ExplainingInterceptor owner, IAsyncStreamReader<T> inner) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken) => owner.ExplainAsync(inner.MoveNext(cancellationToken));
    }
}

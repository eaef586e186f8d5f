using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GrpcTls.Client;

/// <summary>
/// Tells the true cause when a call fails below gRPC: the status keeps its code, its detail becomes the problem's text, and
/// its exception a <see cref="GrpcTls.TlsException"/>. A call that succeeds pays for an awaited task and no more; one
/// that fails returns within its deadline, explained as far as its time allows, and at once where nobody waits any more.
/// </summary>
internal sealed class FailureDiagnosisInterceptor(FailureDiagnosis explainer) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        var own = new ExplainedCall(explainer, context.Options, call);
        return new AsyncUnaryCall<TResponse>(
            own.Explained(call.ResponseAsync), _ => own.Explained(call.ResponseHeadersAsync),
            _ => call.GetStatus(), _ => call.GetTrailers(), _ => own.Dispose(), own);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        var own = new ExplainedCall(explainer, context.Options, call);
        return new AsyncServerStreamingCall<TResponse>(
            new Reader<TResponse>(own, call.ResponseStream), _ => own.Explained(call.ResponseHeadersAsync),
            _ => call.GetStatus(), _ => call.GetTrailers(), _ => own.Dispose(), own);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(context);
        var own = new ExplainedCall(explainer, context.Options, call);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream, own.Explained(call.ResponseAsync), _ => own.Explained(call.ResponseHeadersAsync),
            _ => call.GetStatus(), _ => call.GetTrailers(), _ => own.Dispose(), own);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(context);
        var own = new ExplainedCall(explainer, context.Options, call);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream, new Reader<TResponse>(own, call.ResponseStream), _ => own.Explained(call.ResponseHeadersAsync),
            _ => call.GetStatus(), _ => call.GetTrailers(), _ => own.Dispose(), own);
    }

    private sealed class ExplainedCall(FailureDiagnosis explainer, CallOptions options, IDisposable call) : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        /// <summary>Observed in any case: what nobody waits for must not end as an UnobservedTaskException.</summary>
        public Task<T> Explained<T>(Task<T> task)
        {
            var explained = ExplainAsync(task);
            _ = explained.ContinueWith(
                static failed => _ = failed.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return explained;
        }

        // Not disposed: it has no timer, and the failure of a call that was given up may still ask for its token.
        public void Dispose()
        {
            _ended.Cancel();
            call.Dispose();
        }

        public async Task<T> ExplainAsync<T>(Task<T> task)
        {
            try
            {
                return await task.ConfigureAwait(false);
            }
            catch (RpcException e) when (FailureDiagnosis.IsBelowGrpc(e.Status))
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, options.CancellationToken);
                throw await explainer.ExplainAsync(e, options.Deadline, either.Token).ConfigureAwait(false);
            }
        }
    }

    private sealed class Reader<T>(ExplainedCall call, IAsyncStreamReader<T> inner) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken) => call.ExplainAsync(inner.MoveNext(cancellationToken));
    }
}

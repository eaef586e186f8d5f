using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GrpcTls.Client;

/// <summary>
/// Lets a call with a stream of requests begin anew on another connection while no server has taken it. HttpClient sends
/// such a call again after a GOAWAY, but without what had been written: the call would wait for its deadline.
/// </summary>
internal sealed class ReplayHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly AsyncLocal<bool> IsStream = new();

    /// <summary>Tells this handler, which sees requests alone, which calls those are; for the channel's interceptors.</summary>
    public static Interceptor Mark { get; } = new Marker();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!IsStream.Value || request.Content is null)
            return await base.SendAsync(request, cancellationToken);

        var content = new ReplayedContent(request.Content);
        request.Content = content;
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            content.EndReplay(); // It is taken, or it has failed.
        }
    }

    private sealed class Marker : Interceptor
    {
        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
            AsStream(() => continuation(context));

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
            AsStream(() => continuation(context));

        // The request is made in the flow of the call that begins here.
        private static T AsStream<T>(Func<T> begin)
        {
            IsStream.Value = true;
            try
            {
                return begin();
            }
            finally
            {
                IsStream.Value = false;
            }
        }
    }
}

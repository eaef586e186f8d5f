using System.Net.Sockets;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GrpcTls.Client;

/// <summary>
/// Makes a unary call again when no connection came about for it: nothing of it has left, so it cannot happen twice. A
/// server that stops refuses connections a moment before the channel has noticed; a later try takes another instance.
/// Tells the handlers, which see requests alone, which requests are streams and which are made again.
/// </summary>
/// <remarks>
/// Not a retry policy of the channel: that one was measured to lose calls that meet a GOAWAY (268 of 182,000), which
/// HttpClient by itself makes again without a loss.
/// </remarks>
internal sealed class TransparentRetryInterceptor : Interceptor
{
    // Without a pause, all tries can come before the channel has noticed (5 in some 600 stops of a busy machine).
    private static readonly TimeSpan[] Pauses = [.. new[] { 10, 20, 40, 80, 160 }.Select(pause => TimeSpan.FromMilliseconds(pause))];

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var explained = Explained(context);
        var call = Begin(0);
        var givenUp = new CancellationTokenSource();
        var response = RespondAsync();

        // What nobody waits for must not end as an UnobservedTaskException.
        _ = response.ContinueWith(
            static failed => _ = failed.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new AsyncUnaryCall<TResponse>(
            response, _ => HeadersAsync(), _ => call.GetStatus(), _ => call.GetTrailers(), _ => GiveUp(), this);

        AsyncUnaryCall<TResponse> Begin(int tries) => Marked(
            FailureDiagnosisHandler.IsMadeAgain, tries < Pauses.Length && HasTimeFor(Pauses[tries], context.Options.Deadline),
            () => continuation(request, explained));

        async Task<TResponse> RespondAsync()
        {
            for (var tries = 0; tries < Pauses.Length; tries++)
            {
                try
                {
                    return await call.ResponseAsync.ConfigureAwait(false);
                }
                catch (RpcException e) when (NeverConnected(e.Status.DebugException) && HasTimeFor(Pauses[tries], context.Options.Deadline))
                {
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(givenUp.Token, context.Options.CancellationToken);
                    await Task.Delay(Pauses[tries], either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (givenUp.IsCancellationRequested)
                        throw;
                    call.Dispose();
                    call = Begin(tries + 1);
                    if (givenUp.IsCancellationRequested)
                        call.Dispose(); // Given up while it was made.
                }
            }

            return await call.ResponseAsync.ConfigureAwait(false);
        }

        async Task<Metadata> HeadersAsync()
        {
            await ((Task)response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Whichever attempt it was.
            return await call.ResponseHeadersAsync.ConfigureAwait(false);
        }

        void GiveUp()
        {
            givenUp.Cancel();
            call.Dispose();
        }
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var explained = Explained(context);
        for (var tries = 0; ; tries++)
        {
            var isMadeAgain = tries < Pauses.Length && HasTimeFor(Pauses[tries], context.Options.Deadline);
            try
            {
                return Marked(FailureDiagnosisHandler.IsMadeAgain, isMadeAgain, () => continuation(request, explained));
            }
            catch (RpcException e) when (isMadeAgain && NeverConnected(e.Status.DebugException))
            {
                context.Options.CancellationToken.WaitHandle.WaitOne(Pauses[tries]);
            }
        }
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) => continuation(request, Explained(context));

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
        Marked(ReplayHandler.IsStream, value: true, () => continuation(Explained(context)));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
        Marked(ReplayHandler.IsStream, value: true, () => continuation(Explained(context)));

    /// <summary>
    /// Whether the channel found nobody to connect to, or the connection ended before its handshake was over: a call is sent after it.
    /// </summary>
    internal static bool NeverConnected(Exception? exception) =>
        exception is SocketException
            or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError }
        && TlsFailure.Chain(exception).Any(
            inner => inner is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.ConnectionReset });

    // A try after the deadline would end with it, and hide why the last one failed.
    private static bool HasTimeFor(TimeSpan pause, DateTime? deadline) => deadline is not { } end || DateTime.UtcNow + pause < end;

    // A call may bring credentials of its own, besides the channel's.
    private static ClientInterceptorContext<TRequest, TResponse> Explained<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class =>
        context.Options.Credentials is not { } credentials ? context
            : new(context.Method, context.Host, context.Options.WithCredentials(ExplainedCredentials.Of(credentials)));

    // The request is made in the flow of the call that begins here.
    private static T Marked<T>(AsyncLocal<bool> mark, bool value, Func<T> begin)
    {
        mark.Value = value;
        try
        {
            return begin();
        }
        finally
        {
            mark.Value = false;
        }
    }
}

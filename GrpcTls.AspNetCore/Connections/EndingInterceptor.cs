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
    protected virtual ServerCallContext Handed(ServerCallContext context) => context;

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var call = continuation(request, Handed(context));
        return call.IsCompleted ? call : Unless(context, call);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Unless(context, continuation(requestStream, Handed(context)));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Unless(context, continuation(request, responseStream, Handed(context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Unless(context, continuation(requestStream, responseStream, Handed(context)));

    private async Task<T> Unless<T>(ServerCallContext context, Task<T> call)
    {
        await Unless(context, (Task)call);
        return await call;
    }

    private async Task Unless(ServerCallContext context, Task call)
    {
        if (Over(context) is { } over && await Task.WhenAny(call, over) != call)
        {
            _ = call.ContinueWith(late => late.Exception, TaskContinuationOptions.OnlyOnFaulted); // How it ends after its status is nobody's concern.
            throw new RpcException(Status);
        }

        await call;
    }
}

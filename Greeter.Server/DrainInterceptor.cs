using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Greeter.Server;

/// <summary>Ends calls with UNAVAILABLE when the <see cref="Drain"/> is over.</summary>
internal sealed class DrainInterceptor(Drain drain) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        return call.IsCompleted ? call : Unless(drain.Over, call);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Unless(drain.Over, continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Unless(drain.Over, continuation(request, responseStream, context));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Unless(drain.Over, continuation(requestStream, responseStream, context));

    private static async Task<T> Unless<T>(Task over, Task<T> call)
    {
        await Unless(over, (Task)call);
        return await call;
    }

    private static async Task Unless(Task over, Task call)
    {
        if (await Task.WhenAny(call, over) != call)
            throw new RpcException(new Status(StatusCode.Unavailable, "the server is shutting down"));
        await call;
    }
}

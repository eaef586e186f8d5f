using Grpc.Core;
using Helloworld;

namespace Greeter.Server;

/// <summary>Says hello, exactly as every helloworld server does.</summary>
internal sealed class GreeterService : Helloworld.Greeter.GreeterBase
{
    private const int Replies = 5;

    public override Task<HelloReply> SayHello(HelloRequest request, ServerCallContext context) =>
        Task.FromResult(Reply(request));

    public override async Task SayHelloStreamReply(HelloRequest request, IServerStreamWriter<HelloReply> replies, ServerCallContext context)
    {
        for (var i = 0; i < Replies; i++)
            await replies.WriteAsync(Reply(request), context.CancellationToken);
    }

    public override async Task SayHelloBidiStream(
        IAsyncStreamReader<HelloRequest> requests, IServerStreamWriter<HelloReply> replies, ServerCallContext context)
    {
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            await replies.WriteAsync(Reply(request), context.CancellationToken);
    }

    private static HelloReply Reply(HelloRequest request) => new() { Message = "Hello " + request.Name };
}

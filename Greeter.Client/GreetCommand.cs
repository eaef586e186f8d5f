using System.Runtime.CompilerServices;
using Greeter.Hosting;
using Grpc.Core;
using Helloworld;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>Greets once, with a stream of replies, or in a chat.</summary>
internal static class GreetCommand
{
    public static async Task<int> RunAsync(SettingsReader settings, GreetRequest request, Terminal terminal, ILoggerFactory logs, CancellationToken stop)
    {
        var target = ClientSettings.ReadTarget(settings, request.ServerName);

        // One call is over before a file changes; what lasts signs in and connects anew with the newest files.
        using var following = request.Method == GreetMethod.Once ? null : target.Follow(logs, TimeProvider.System);
        try
        {
            if (SignInCommand.Read(settings, target, terminal) is { } signIn)
                target = await signIn.RunAsync(target, request, logs, stop);
            await foreach (var message in GreetAsync(target, request, terminal, logs, stop))
                await terminal.AnswerAsync(message);
            return ExitCode.Success;
        }
        catch (RpcException e)
        {
            stop.ThrowIfCancellationRequested();
            terminal.Report(CallFailure.Explain(e, target, request), e, request.Verbose);
            return ExitCode.Failure;
        }
    }

    /// <exception cref="RpcException">The call failed.</exception>
    public static async IAsyncEnumerable<string> GreetAsync(
        Target target, GreetRequest request, Terminal terminal, ILoggerFactory logs, [EnumeratorCancellation] CancellationToken stop)
    {
        using var channel = target.Channel(logs);
        var client = new Helloworld.Greeter.GreeterClient(channel);
        var call = new CallOptions(deadline: DateTime.UtcNow + request.Deadline, cancellationToken: stop);
        var hello = new HelloRequest { Name = request.Name };
        switch (request.Method)
        {
            case GreetMethod.Once:
                yield return (await client.SayHelloAsync(hello, call)).Message;
                break;

            case GreetMethod.Stream:
                using (var replies = client.SayHelloStreamReply(hello, call))
                {
                    await foreach (var reply in replies.ResponseStream.ReadAllAsync(stop))
                        yield return reply.Message;
                }

                break;

            case GreetMethod.Chat:
                using (var chat = client.SayHelloBidiStream(call))
                {
                    // Apart from the replies, so that the end of the call is seen while nobody types.
                    _ = Task.Run(() => SendNamesAsync(chat.RequestStream, terminal.In, stop), stop);
                    await foreach (var reply in chat.ResponseStream.ReadAllAsync(stop))
                        yield return reply.Message;
                }

                break;
        }
    }

    private static async Task SendNamesAsync(IClientStreamWriter<HelloRequest> requests, TextReader names, CancellationToken stop)
    {
        try
        {
            while (await names.ReadLineAsync(stop) is { } name)
                await requests.WriteAsync(new HelloRequest { Name = name }, stop);
            await requests.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or OperationCanceledException)
        {
            // The call has ended; the replies' side knows with which status.
        }
    }
}

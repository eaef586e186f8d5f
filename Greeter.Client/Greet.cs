using System.CommandLine;
using System.Runtime.CompilerServices;
using Grpc.Core;
using GrpcTls.Client;
using Helloworld;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>The command without a name: greets once, with a stream of replies, or in a chat.</summary>
internal static class Greet
{
    public static async Task<int> RunAsync(
        Settings settings, GreetRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var target = settings.ReadTarget(request.ServerName);

        // One call is over before a file changes; what lasts signs in and connects anew with the newest files.
        if (request.Method == GreetMethod.Unary)
            target = target with { Source = null };
        try
        {
            if (SignInCall.Read(settings.Reader, target, terminal) is { } signIn)
                target = await signIn.RunAsync(target, request, settings.Logs, cancellationToken);
            await foreach (var message in GreetAsync(target, request, terminal, settings.Logs, cancellationToken))
                await terminal.AnswerAsync(message);
            return ExitCode.Success;
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            terminal.Report(CallFailure.Explain(e, target, request), e, request.Verbose);
            return ExitCode.Failure;
        }
    }

    /// <exception cref="RpcException">The call failed.</exception>
    public static async IAsyncEnumerable<string> GreetAsync(
        Target target, GreetRequest request, Terminal terminal, ILoggerFactory logs,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var channel = target.Channel(logs);
        var client = new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry());
        var call = new CallOptions(deadline: DateTime.UtcNow + request.Deadline, cancellationToken: cancellationToken);
        var hello = new HelloRequest { Name = request.Name };
        switch (request.Method)
        {
            case GreetMethod.Unary:
                yield return (await client.SayHelloAsync(hello, call)).Message;
                break;

            case GreetMethod.Stream:
                using (var replies = client.SayHelloStreamReply(hello, call))
                {
                    await foreach (var reply in replies.ResponseStream.ReadAllAsync(cancellationToken))
                        yield return reply.Message;
                }

                break;

            case GreetMethod.Chat:
                using (var chat = client.SayHelloBidiStream(call))
                {
                    // Apart from the replies, so that the end of the call is seen while nobody types.
                    _ = Task.Run(() => SendNamesAsync(chat.RequestStream, terminal.In, cancellationToken), cancellationToken);
                    await foreach (var reply in chat.ResponseStream.ReadAllAsync(cancellationToken))
                        yield return reply.Message;
                }

                break;
        }
    }

    private static async Task SendNamesAsync(
        IClientStreamWriter<HelloRequest> requests, TextReader names, CancellationToken cancellationToken)
    {
        try
        {
            while (await names.ReadLineAsync(cancellationToken) is { } name)
                await requests.WriteAsync(new HelloRequest { Name = name }, cancellationToken);
            await requests.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or OperationCanceledException)
        {
            // The call has ended; the replies' side knows with which status.
        }
    }
}

/// <summary>The methods of <c>helloworld.Greeter</c>.</summary>
internal enum GreetMethod
{
    /// <summary>SayHello.</summary>
    Unary,

    /// <summary>SayHelloStreamReply.</summary>
    Stream,

    /// <summary>SayHelloBidiStream.</summary>
    Chat,
}

/// <summary>What to call with.</summary>
/// <param name="Name">Who is greeted.</param>
/// <param name="Method">Which of the three methods.</param>
/// <param name="Deadline">How long it may take.</param>
/// <param name="ServerName">The name to verify instead of the address's; null for that.</param>
/// <param name="Verbose">Whether an error comes with its stack trace.</param>
internal sealed record GreetRequest(string Name, GreetMethod Method, TimeSpan Deadline, string? ServerName, bool Verbose)
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ChatDeadline = TimeSpan.FromHours(1); // A person types the names.

    /// <summary>The method as gRPC knows it.</summary>
    public string MethodName => "helloworld.Greeter/" + Method switch
    {
        GreetMethod.Unary => "SayHello",
        GreetMethod.Stream => "SayHelloStreamReply",
        _ => "SayHelloBidiStream",
    };

    public static GreetRequest From(Options options, ParseResult parsed)
    {
        var method = parsed.GetValue(options.Chat) ? GreetMethod.Chat
            : parsed.GetValue(options.Stream) ? GreetMethod.Stream
            : GreetMethod.Unary;
        var otherwise = method == GreetMethod.Chat ? ChatDeadline : CallDeadline;
        var deadline = Options.Seconds(parsed.GetValue(options.Deadline)) ?? otherwise;
        return new GreetRequest(
            parsed.GetValue(options.Name) ?? "World", method, deadline,
            parsed.GetValue(options.ServerName), parsed.GetValue(options.Verbose));
    }
}

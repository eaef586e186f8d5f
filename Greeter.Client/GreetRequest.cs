using System.CommandLine;

namespace Greeter.Client;

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
        GreetMethod.Once => "SayHello",
        GreetMethod.Stream => "SayHelloStreamReply",
        _ => "SayHelloBidiStream",
    };

    public static GreetRequest From(ClientOptions options, ParseResult parsed)
    {
        var method = parsed.GetValue(options.Chat) ? GreetMethod.Chat : parsed.GetValue(options.Stream) ? GreetMethod.Stream : GreetMethod.Once;
        var deadline = ClientOptions.Seconds(parsed.GetValue(options.Deadline)) ?? (method == GreetMethod.Chat ? ChatDeadline : CallDeadline);
        return new GreetRequest(parsed.GetValue(options.Name) ?? "World", method, deadline, parsed.GetValue(options.ServerName), parsed.GetValue(options.Verbose));
    }
}

using Greeter.Auth.V1;
using Greeter.Server;
using Grpc.Core;
using Helloworld;

namespace Greeter.Benchmarks;

/// <summary>Whether an unknown user can be told from a wrong password by the clock, and what guessing costs the other callers.</summary>
internal static class SignInCost
{
    private const int Attempts = 5;

    public static async Task RunAsync(int rounds)
    {
        await using (var server = await BenchServer.StartAsync(_ => { }))
        {
            using var channel = server.Channel(PortKind.Tls);
            await Paired.RunAsync(
                "Sign-in that is refused", "sign-in", rounds,
                ("wrong password", () => TryAsync(channel, "alice", Attempts)),
                ("wrong password, again", () => TryAsync(channel, "alice", Attempts)),
                ("unknown user", () => TryAsync(channel, "mallory", Attempts)));
        }

        await using var limited = await BenchServer.StartAsync(_ => { }, "--SignIn:AttemptsPerUser", "5", "--SignIn:AttemptsPerAddress", "30");
        using var guesser = limited.Channel(PortKind.Tls);
        using var others = limited.Channel(PortKind.Tls);
        await TryAsync(guesser, "alice", 1000);
        await Paired.RunAsync(
            "SayHello of others over TLS, the server's usual limits", "call", rounds,
            ("nobody guesses", () => CallAsync(others)),
            ("while somebody guesses 200 passwords a second", () => WhileGuessingAsync(guesser, others)));
    }

    private static async Task<int> WhileGuessingAsync(ChannelBase guesser, ChannelBase others)
    {
        using var stop = new CancellationTokenSource();
        var guessing = GuessAsync(guesser, stop.Token);
        var calls = await CallAsync(others);
        await stop.CancelAsync();
        await guessing;
        return calls;
    }

    private static async Task GuessAsync(ChannelBase channel, CancellationToken stop)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!stop.IsCancellationRequested)
        {
            await TryAsync(channel, "alice", 1);
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static async Task<int> CallAsync(ChannelBase channel)
    {
        var client = new Helloworld.Greeter.GreeterClient(channel);
        for (var i = 0; i < 2000; i++)
            await client.SayHelloAsync(new HelloRequest { Name = "World" });
        return 2000;
    }

    private static async Task<int> TryAsync(ChannelBase channel, string user, int attempts)
    {
        var client = new SignIn.SignInClient(channel);
        for (var i = 0; i < attempts; i++)
        {
            try
            {
                await client.SignInAsync(new SignInRequest { User = user, Password = "wrong" });
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted || e.Status.Detail == "unknown user or wrong password")
            {
                // As it should be; another refusal would measure something else.
            }
        }

        return attempts;
    }
}

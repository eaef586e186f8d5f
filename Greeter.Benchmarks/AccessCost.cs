using Greeter.Server;
using Helloworld;

namespace Greeter.Benchmarks;

/// <summary>What authentication and access cost a call, with few and with many callers and rules.</summary>
internal static class AccessCost
{
    private const string Method = "Access:helloworld.Greeter/SayHello";
    private const int Calls = 2000;

    public static async Task RunAsync(int rounds)
    {
        await using var anyone = await StartAsync([]);
        await using var ten = await StartAsync(Rules(10));
        await using var many = await StartAsync(Rules(10_000));
        using var noToken = anyone.Channel(PortKind.Mtls);
        using var fewRules = ten.Channel(PortKind.Mtls);
        using var manyRules = many.Channel(PortKind.Mtls);
        await Paired.RunAsync(
            "SayHello over mTLS, one call at a time", "call", rounds,
            ("10 rules and callers", () => CallAsync(fewRules)),
            ("10,000 rules and callers", () => CallAsync(manyRules)),
            ("anyone", () => CallAsync(noToken)));
    }

    private static Task<BenchServer> StartAsync(List<string> callers) => BenchServer.StartAsync(
        _ => { }, callers.Count == 0 ? [$"--{Method}=anyone"] : callers.Select((caller, i) => $"--{Method}:{i}={caller}"));

    // The caller's own comes last, among folders and names that do not fit.
    private static List<string> Rules(int count) =>
        [.. Enumerable.Range(0, count - 1).Select(i => i % 2 == 0 ? $"spiffe://greeter.example/team-{i}/*" : $"user:somebody-{i}"), "spiffe://greeter.example/client"];

    private static async Task<int> CallAsync(Grpc.Core.ChannelBase channel)
    {
        var client = new Helloworld.Greeter.GreeterClient(channel);
        var request = new HelloRequest { Name = "World" };
        for (var i = 0; i < Calls; i++)
            await client.SayHelloAsync(request);
        return Calls;
    }
}

using Greeter.Server;
using Helloworld;

namespace Greeter.Benchmarks;

/// <summary>What TLS and mutual TLS cost a call on an open connection.</summary>
internal static class PortCost
{
    private const int Calls = 5000;
    private const int AtATime = 32;

    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync(_ => { });
        using var insecure = server.Channel(PortKind.Insecure);
        using var tls = server.Channel(PortKind.Tls);
        using var mtls = server.Channel(PortKind.Mtls);
        foreach (var atATime in new[] { 1, AtATime })
        {
            await Paired.RunAsync(
                $"SayHello, {atATime} at a time, client and server in one process", "call", rounds,
                ("insecure", () => CallAsync(insecure, atATime)), ("tls", () => CallAsync(tls, atATime)), ("mtls", () => CallAsync(mtls, atATime)));
        }
    }

    private static async Task<int> CallAsync(Grpc.Core.ChannelBase channel, int atATime)
    {
        var client = new Helloworld.Greeter.GreeterClient(channel);
        var request = new HelloRequest { Name = "World" };
        await Task.WhenAll(Enumerable.Range(0, atATime).Select(async _ =>
        {
            for (var i = 0; i < Calls / atATime; i++)
                await client.SayHelloAsync(request);
        }));
        return Calls / atATime * atATime;
    }
}

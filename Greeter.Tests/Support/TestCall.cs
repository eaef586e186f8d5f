using Grpc.Core;
using Helloworld;

namespace Greeter.Tests;

/// <summary>Calls SayHello and tells what came of it.</summary>
internal static class TestCall
{
    /// <returns>The status, and whom the server took the caller for.</returns>
    public static async Task<(StatusCode Status, string? Caller)> GreetAsync(this TestServer server, PortKind port, Proof? proof = null)
    {
        proof ??= Proof.None;
        using var channel = proof.Channel(server, port);
        return await GreetAsync(channel, proof);
    }

    public static async Task<(StatusCode Status, string? Caller)> GreetAsync(ChannelBase channel, Proof proof)
    {
        using var call = new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = "Ada" }, proof.Headers());
        try
        {
            await call;
            return (StatusCode.OK, (await call.ResponseHeadersAsync).GetValue("greeter-caller"));
        }
        catch (RpcException e)
        {
            return (e.StatusCode, null);
        }
    }
}

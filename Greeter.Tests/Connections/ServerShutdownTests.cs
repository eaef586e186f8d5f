using Grpc.Core;
using Grpc.Net.Client;
using Helloworld;

namespace Greeter.Tests;

/// <summary>How the server's process ends.</summary>
public sealed class ServerShutdownTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [FactOnUnix]
    public async Task Ends_well_when_it_is_terminated()
    {
        await using var server = await StartAsync();

        await server.TerminateAsync();

        var end = await server.WaitForEndAsync();
        (end.ExitCode, end.Output).Should().Be((0, ""));
        end.Error.Should().NotContain("   at ");
    }

    [FactOnUnix(interrupts: true)]
    public async Task Ends_well_at_Ctrl_C()
    {
        await using var server = await StartAsync();

        await server.InterruptAsync();

        var end = await server.WaitForEndAsync();
        (end.ExitCode, end.Output).Should().Be((0, ""));
        end.Error.Should().NotContain("   at ");
    }

    [FactOnUnix]
    public async Task Lets_a_call_in_flight_finish()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(await server.WaitForAddressAsync("insecure"));
        using var chat = await BeginChatAsync(channel);

        await server.TerminateAsync();
        await server.Error.WaitForAsync("Application is shutting down");

        (await GreetAsync(chat, "Grace")).Should().Be("Hello Grace");
        await chat.RequestStream.CompleteAsync();
        (await chat.ResponseStream.MoveNext()).Should().BeFalse();
        chat.GetStatus().StatusCode.Should().Be(StatusCode.OK);
        (await server.WaitForEndAsync()).ExitCode.Should().Be(0);
    }

    [FactOnUnix]
    public async Task Ends_a_call_that_never_finishes_with_a_status_that_means_try_elsewhere()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(await server.WaitForAddressAsync("insecure"));
        using var chat = await BeginChatAsync(channel);

        await server.TerminateAsync();

        var ended = await chat.Invoking(call => call.ResponseStream.MoveNext()).Should().ThrowAsync<RpcException>();
        ended.Which.Status.Should().BeEquivalentTo(new { StatusCode = StatusCode.Unavailable, Detail = "the server is shutting down" });
        (await server.WaitForEndAsync()).ExitCode.Should().Be(0);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<AsyncDuplexStreamingCall<HelloRequest, HelloReply>> BeginChatAsync(GrpcChannel channel)
    {
        var chat = new Helloworld.Greeter.GreeterClient(channel).SayHelloBidiStream();
        (await GreetAsync(chat, "Ada")).Should().Be("Hello Ada");
        return chat;
    }

    private static async Task<string> GreetAsync(AsyncDuplexStreamingCall<HelloRequest, HelloReply> chat, string name)
    {
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = name });
        (await chat.ResponseStream.MoveNext()).Should().BeTrue();
        return chat.ResponseStream.Current.Message;
    }

    private async Task<ChildProcess> StartAsync()
    {
        string[] says = ["--Logging:LogLevel:Microsoft.Hosting.Lifetime", "Information"];
        var server = ServerProcess.Start([.. TestServer.Arguments(_folder), .. says]);
        await server.WaitForAddressAsync("mtls");
        return server;
    }
}

using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using GrpcTls.Client;
using Helloworld;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Greeter.Tests;

/// <summary>A server that stops finishes what it has begun; a second one takes the rest; a restarted one is found again.</summary>
public sealed class DrainTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task Calls_in_flight_go_on_while_the_server_stops()
    {
        await using var server = await TestServer.StartAsync(_folder);
        using var channel = new Proof(TestPki.Ec.Client, null).Channel(server, PortKind.Mtls);
        var client = new Helloworld.Greeter.GreeterClient(channel);
        var chats = Enumerable.Range(0, 50).Select(_ => client.SayHelloBidiStream()).ToArray();
        await Task.WhenAll(chats.Select(RotationLoad.SayAsync));

        var stopped = server.App.StopAsync();
        await server.Log.WaitForAsync("Application is shutting down");
        for (var i = 0; i < 20; i++)
            await Task.WhenAll(chats.Select(RotationLoad.SayAsync));
        stopped.IsCompleted.Should().BeFalse("calls are in flight");
        foreach (var chat in chats)
        {
            await chat.RequestStream.CompleteAsync();
            (await chat.ResponseStream.MoveNext(default)).Should().BeFalse();
            chat.GetStatus().StatusCode.Should().Be(StatusCode.OK);
            chat.Dispose();
        }

        await stopped;
    }

    [Fact]
    public async Task With_a_second_instance_no_unary_call_fails()
    {
        await using var leaving = await TestServer.StartAsync(_folder, "--Logging:LogLevel:Default", "Warning");
        await using var staying = await TestServer.StartAsync(_folder, "--Logging:LogLevel:Default", "Warning");
        using var channel = Balanced(leaving, staying);
        var client = new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry());
        using var load = new RotationLoad();
        load.StartUnary(client, callers: 8);
        await load.NextAsync();

        await leaving.App.StopAsync();
        for (var i = 0; i < 20; i++)
            await load.NextAsync();
        await load.StopAsync();

        output.WriteLine($"{load}");
        load.Failed.Should().BeEmpty();
    }

    [Fact]
    public async Task A_restarted_server_is_found_again_by_the_same_channel()
    {
        var first = await TestServer.StartAsync(_folder);
        var port = first.Port(PortKind.Mtls);
        using var channel = new Proof(TestPki.Ec.Client, null).Channel(first, PortKind.Mtls);
        var client = new Helloworld.Greeter.GreeterClient(channel);
        (await client.SayHelloAsync(new HelloRequest { Name = "Ada" })).Message.Should().Be("Hello Ada");

        await first.DisposeAsync();
        await using var second = await TestServer.StartAsync(_folder, "--Ports:Mtls", port.ToString(CultureInfo.InvariantCulture));

        var call = new CallOptions(deadline: DateTime.UtcNow.AddSeconds(60)).WithWaitForReady();
        (await client.SayHelloAsync(new HelloRequest { Name = "Ada" }, call)).Message.Should().Be("Hello Ada");
    }

    [Fact]
    public async Task A_connection_that_is_old_enough_ends_gracefully_and_its_client_makes_a_new_one()
    {
        var time = new FakeTime(TestPki.Now);
        await using var server = await TestServer.StartAsync(_folder, time, "--Limits:MaxConnectionAge", "01:00:00", "--Limits:ConnectionGrace", "1.00:00:00");
        using var channel = new Proof(TestPki.Ec.Client, null).Channel(server, PortKind.Mtls);
        var client = new Helloworld.Greeter.GreeterClient(channel);
        using var chat = client.SayHelloBidiStream();
        await RotationLoad.SayAsync(chat);
        var keeper = server.App.Services.Tracker();

        time.Advance(TimeSpan.FromMinutes(50));
        server.Log.All.Should().NotContain(line => line.Contains("ending the connection", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromMinutes(20));

        await server.Log.WaitForAsync("older than MaxConnectionAge");
        await RotationLoad.SayAsync(chat);
        (await client.SayHelloAsync(new HelloRequest { Name = "Ada" })).Message.Should().Be("Hello Ada");
        keeper.Count.Should().Be(2, "the new call took a new connection");
        await chat.RequestStream.CompleteAsync();
        (await chat.ResponseStream.MoveNext(default)).Should().BeFalse();
        await Eventually.TrueAsync(() => keeper.Count == 1, () => $"{keeper.Count} connections are open");
    }

    public void Dispose() => _folder.Dispose();

    private static GrpcChannel Balanced(params TestServer[] servers)
    {
        var addresses = servers.Select(server => new BalancerAddress("127.0.0.1", server.Port(PortKind.Mtls))).ToArray();
        var pki = TestPki.Ec;
        var credentials = new SslCredentials(pki.ServerCa.RootsPem, new KeyCertificatePair(pki.Client.ChainPem, pki.Client.KeyPem));
        return TlsChannel.ForAddress("static:///localhost", credentials, serverName: "localhost", options: new GrpcChannelOptions
        {
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } },
            ServiceProvider = new ServiceCollection().AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => addresses)).BuildServiceProvider(),
        });
    }
}

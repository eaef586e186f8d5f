using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GrpcTls;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Greeter.Tests;

/// <summary>Ports are open while the server runs: not before, and not after a start that has failed.</summary>
public sealed class PortOpeningTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task Nothing_listens_before_the_server_starts()
    {
        var port = FreePort();
        await using var app = Build(port);
        (await IsOpenAsync(port)).Should().BeFalse();

        await app.StartAsync();

        (await IsOpenAsync(port)).Should().BeTrue();
        await app.StopAsync();
    }

    [Fact]
    public async Task All_ports_in_use_are_told_and_the_free_one_is_closed_again()
    {
        using var one = Listen(out var first);
        using var other = Listen(out var second);
        var port = FreePort();
        await using (var app = Build(port, "--Ports:Tls", Text(first), "--Ports:Mtls", Text(second)))
        {
            var failure = await app.Awaiting(each => each.StartAsync()).Should().ThrowAsync<TlsException>();

            failure.Which.Problems.Select(problem => problem.Id).Should().Equal("port-in-use", "port-in-use");
            failure.Which.Message.Should().Contain($"Ports:Tls is {first}").And.Contain($"Ports:Mtls is {second}");
        }

        Take(port);
    }

    [Fact]
    public async Task A_start_that_fails_for_another_reason_leaves_no_port_open()
    {
        var port = FreePort();
        await using (var app = Build(port, builder => builder.Services.AddHostedService<Broken>()))
            await app.Awaiting(each => each.StartAsync()).Should().ThrowAsync<InvalidOperationException>();

        Take(port);
    }

    [Fact]
    public async Task Any_free_port_is_the_same_number_for_both_loopback_addresses()
    {
        await using var server = await TestServer.StartAsync(_folder);

        foreach (var port in server.App.Services.GetRequiredService<IReadOnlyList<ServerPort>>())
        {
            port.Number.Should().NotBe(0);
            (await IsOpenAsync(port.Number)).Should().BeTrue();
            if (Socket.OSSupportsIPv6)
                (await IsOpenAsync(port.Number, IPAddress.IPv6Loopback)).Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_port_in_use_costs_three_lines_each_and_no_more()
    {
        using var one = Listen(out var first);
        using var other = Listen(out var second);

        var run = await ServerProcess.RunAsync(
            [.. TestServer.Arguments(_folder), "--Ports:Insecure", Text(first), "--Ports:Mtls", Text(second)]);

        (run.ExitCode, run.Output).Should().Be((2, ""), run.Error);
        ThreeLines.Ids(run.Error).Should().Equal("port-in-use", "port-in-use");
        run.Error.Trim().Split('\n').Should().HaveCount(6, run.Error);
    }

    public void Dispose() => _folder.Dispose();

    private WebApplication Build(int insecure, params string[] more) => Build(insecure, _ => { }, more);

    private WebApplication Build(int insecure, Action<WebApplicationBuilder> adjust, params string[] more) =>
        Server.Program.Build([.. TestServer.Arguments(_folder), "--Ports:Insecure", Text(insecure), .. more], builder =>
        {
            builder.Logging.ClearProviders();
            adjust(builder);
        });

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> IsOpenAsync(int port, IPAddress? address = null)
    {
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await client.ConnectAsync(address ?? IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }

    // Fails where somebody listens.
    private static void Take(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
    }

    private static int FreePort()
    {
        using var listener = Listen(out var port);
        return port;
    }

    // A number that the operating system gives to no other test meanwhile: its own begin at 32768.
    private static TcpListener Listen(out int port)
    {
        while (true)
        {
            port = Random.Shared.Next(10_000, 20_000);
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException)
            {
                listener.Dispose();
            }
        }
    }

    private sealed class Broken : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("a service cannot start");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

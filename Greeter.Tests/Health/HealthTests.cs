using Greeter.Pki;
using Grpc.Core;
using Grpc.Health.V1;
using Helloworld;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Greeter.Tests;

/// <summary>grpc.health.v1 on every port, and what it says when.</summary>
public sealed class HealthTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(_folder, "--Ports:Health", "0");

    [Theory]
    [InlineData("Insecure")]
    [InlineData("Tls")]
    [InlineData("Mtls")]
    [InlineData("Health")]
    public async Task Is_asked_on_every_port(string port)
    {
        using var channel = Channel(Enum.Parse<PortKind>(port));
        var health = new Health.HealthClient(channel);

        foreach (var service in new[] { "", "helloworld.Greeter", "greeter.auth.v1.SignIn" })
            (await health.CheckAsync(new HealthCheckRequest { Service = service })).Status.Should().Be(ServingStatus.Serving);
        var unknown = () => health.CheckAsync(new HealthCheckRequest { Service = "helloworld.greeter" }).ResponseAsync;
        (await unknown.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.NotFound);
    }

    [Fact]
    public async Task Who_watches_sees_the_server_stop_and_does_not_hold_it_up()
    {
        using var channel = Channel(PortKind.Tls);
        using var known = new Health.HealthClient(channel).Watch(new HealthCheckRequest());
        using var unknown = new Health.HealthClient(channel).Watch(new HealthCheckRequest { Service = "no.such.Service" });
        (await NextAsync(known)).Should().Be(ServingStatus.Serving);
        (await NextAsync(unknown)).Should().Be(ServingStatus.ServiceUnknown);

        var stopped = _server.App.StopAsync();

        (await NextAsync(known)).Should().Be(ServingStatus.NotServing);
        (await known.ResponseStream.MoveNext()).Should().BeFalse();
        await stopped;
    }

    [Fact]
    public async Task Who_ends_a_watch_is_no_warning()
    {
        await using var server = await TestServer.StartAsync(
            _folder, "--Ports:Health", "0", "--Logging:LogLevel:Greeter.Server.CallLog", "Information");
        using var channel = Channel(PortKind.Health, server);
        using (var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest()))
            (await NextAsync(watch)).Should().Be(ServingStatus.Serving);
        var unknown = new HealthCheckRequest { Service = "no.such.Service" };
        var check = () => new Health.HealthClient(channel).CheckAsync(unknown).ResponseAsync;
        await check.Should().ThrowAsync<RpcException>();

        (await server.Log.WaitForAsync("grpc.health.v1.Health/Watch by ")).Should().StartWith("Information ");
        (await server.Log.WaitForAsync("grpc.health.v1.Health/Check by ")).Should().StartWith("Warning ");
        server.Log.All.Where(line => line.StartsWith("Error", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_health_port_serves_nothing_else_and_takes_no_rule()
    {
        await using var closed = await TestServer.StartAsync(_folder, "--Ports:Health", "0", "--Access:grpc.health.v1.Health/Check", "user:nobody");
        using var onHealth = Channel(PortKind.Health, closed);
        using var onTls = Channel(PortKind.Tls, closed);

        var greet = () => new Helloworld.Greeter.GreeterClient(onHealth).SayHelloAsync(new HelloRequest()).ResponseAsync;
        (await greet.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
        (await new Health.HealthClient(onHealth).CheckAsync(new HealthCheckRequest())).Status.Should().Be(ServingStatus.Serving);
        var check = () => new Health.HealthClient(onTls).CheckAsync(new HealthCheckRequest()).ResponseAsync;
        (await check.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task The_health_port_may_be_the_only_one_and_needs_no_certificate()
    {
        using var empty = new TestFolder();
        await using var server = await TestServer.StartAsync(empty, "--Ports:Health", "0", "--Ports:Insecure=", "--Ports:Tls=", "--Ports:Mtls=");
        using var channel = Channel(PortKind.Health, server);

        (await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest())).Status.Should().Be(ServingStatus.Serving);
    }

    [Fact]
    public async Task A_certificate_that_expires_is_no_longer_serving()
    {
        _folder.WriteServer(TestPki.Ec.ServerCa.Issue(LeafProfile.Server() with { Lifetime = TimeSpan.FromDays(1) }, TestPki.Now));
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(
            _folder,
            builder => builder.Services.AddSingleton<TimeProvider>(time).Configure<HealthCheckPublisherOptions>(options => options.Period = TimeSpan.FromSeconds(1)),
            "--Ports:Health", "0", "--Tls:RefreshInterval", "01:00:00");
        using var channel = Channel(PortKind.Health, server);
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest { Service = "helloworld.Greeter" });
        (await NextAsync(watch)).Should().Be(ServingStatus.Serving);

        time.Advance(TimeSpan.FromDays(1));

        (await NextAsync(watch)).Should().Be(ServingStatus.NotServing);
        (await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest())).Status.Should().Be(ServingStatus.NotServing);
    }

    [FactWithPythonGrpc]
    public async Task Answers_a_client_in_python_that_has_the_standard_proto()
    {
        string[] tls = [_folder.ServerCa, _folder.ClientKey, _folder.ClientCert];
        foreach (var (port, files) in new (PortKind, string[])[] { (PortKind.Health, []), (PortKind.Insecure, []), (PortKind.Tls, tls), (PortKind.Mtls, tls) })
        {
            var run = await ChildProcess.RunAsync(
                FactWithPythonGrpcAttribute.Python,
                [Programs.Source("Greeter.Tests", "Interop", "python", "health.py"), $"localhost:{_server.Port(port)}", .. files],
                folder: null, ("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", null), ("GRPC_VERBOSITY", "NONE"), ("http_proxy", null), ("https_proxy", null), ("grpc_proxy", null));

            run.Should().Be(new ProcessResult(0, "Check: SERVING\nWatch: SERVING\nCheck no.such.Service: NOT_FOUND\n", ""));
        }
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        (await watch.ResponseStream.MoveNext()).Should().BeTrue();
        return watch.ResponseStream.Current.Status;
    }

    private Grpc.Net.Client.GrpcChannel Channel(PortKind port, TestServer? server = null) =>
        new Proof(port == PortKind.Mtls ? TestPki.Ec.Client : null, null).Channel(server ?? _server, port);
}

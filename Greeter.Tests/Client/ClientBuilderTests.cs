using Greeter.Pki;
using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;
using Helloworld;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Greeter.Tests;

/// <summary>AddGrpcClient and UseMutualTls: it greets, its files are watched, and what is wrong with its settings stops it.</summary>
public sealed class ClientBuilderTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(_folder);

    [Theory]
    [InlineData("mtls", true)]
    [InlineData("mtls", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task A_client_of_the_factory_greets_with_a_host_and_without(string port, bool hasHost)
    {
        var builder = Host.CreateApplicationBuilder();
        var services = hasHost ? builder.Services : new ServiceCollection();
        services.AddTls(Section(Settings(_folder)));
        var client = services.AddGrpcClient<Helloworld.Greeter.GreeterClient>(
            options => options.Address = new Uri(port == "mtls" ? _server.Mtls : _server.Tls));
        _ = port == "mtls" ? client.UseMutualTls() : client.UseTls();
        using var host = hasHost ? builder.Build() : null;
        if (host is not null)
            await host.StartAsync();
        using var own = hasHost ? null : services.BuildServiceProvider();

        var (message, caller) = await GreetAsync((host?.Services ?? own!).GetRequiredService<Helloworld.Greeter.GreeterClient>());

        message.Should().Be("Hello Ada");
        caller.Should().Be(port == "mtls" ? "spiffe://greeter.example/client" : null);
    }

    [Fact]
    public async Task UseTls_shows_no_certificate_although_the_set_has_one()
    {
        using var services = Services(_folder, _server.Mtls, client => client.UseTls());

        var failure = await FailureAsync(services.GetRequiredService<Helloworld.Greeter.GreeterClient>());

        failure.Status.DebugException.Problems()[0].Id.Should().Be("client-certificate-missing");
    }

    [Fact]
    public async Task Two_sets_lead_to_two_servers_with_two_authorities()
    {
        using var other = TestFolder.With(TestPki.Rsa);
        await using var another = await TestServer.StartAsync(other);
        var services = new ServiceCollection();
        services.AddTls("orders", Section(Settings(_folder)));
        services.AddTls("stock", Section(Settings(other)));
        services.AddGrpcClient<Helloworld.Greeter.GreeterClient>("orders", o => o.Address = new Uri(_server.Mtls)).UseMutualTls("orders");
        services.AddGrpcClient<Helloworld.Greeter.GreeterClient>("stock", o => o.Address = new Uri(another.Mtls)).UseMutualTls("stock");
        services.AddGrpcClient<Helloworld.Greeter.GreeterClient>("wrong", o => o.Address = new Uri(another.Mtls)).UseMutualTls("orders");
        using var provider = services.BuildServiceProvider();
        var clients = provider.GetRequiredService<Grpc.Net.ClientFactory.GrpcClientFactory>();

        foreach (var name in new[] { "orders", "stock" })
            (await GreetAsync(clients.CreateClient<Helloworld.Greeter.GreeterClient>(name))).Message.Should().Be("Hello Ada");
        (await FailureAsync(clients.CreateClient<Helloworld.Greeter.GreeterClient>("wrong")))
            .Status.DebugException.Problems()[0].Id.Should().Be("server-authority-rekeyed");
    }

    [Theory]
    [InlineData("greeter.example.com", "server-name-mismatch")]
    [InlineData("127.0.0.1", null)]
    public async Task Another_server_name_is_the_one_that_is_verified(string name, string? problem)
    {
        using var services = Services(_folder, _server.Mtls, client => client.UseMutualTls(serverName: name));
        var client = services.GetRequiredService<Helloworld.Greeter.GreeterClient>();

        if (problem is null)
            (await GreetAsync(client)).Message.Should().Be("Hello Ada");
        else
            (await FailureAsync(client)).Status.DebugException.Problems()[0].Id.Should().Be(problem);
    }

    [Fact]
    public async Task An_address_without_TLS_is_refused_before_anything_is_sent()
    {
        using var services = Services(_folder, _server.Insecure, client => client.UseMutualTls());

        var failure = await FailureAsync(services.GetRequiredService<Helloworld.Greeter.GreeterClient>());

        failure.Status.DebugException.Problems()[0].Id.Should().Be("scheme-mismatch");
    }

    public static TheoryData<string, string?, string> Mistakes => new()
    {
        { "TrustedRoots", null, "roots-missing" },
        { "CertificateChain", null, "setting-missing" },
        { "PrivateKey", null, "setting-missing" },
        { "TrustedRoots", "TrustedRoot", "unknown-setting" },
        { "CertificateChain", "CertificateChian", "unknown-setting" },
        { "PrivateKey", "PrivateKye", "unknown-setting" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_setting_that_is_missing_or_misspelt_stops_it(string setting, string? misspelt, string problem)
    {
        var settings = Settings(_folder);
        settings.Remove(setting, out var value);
        if (misspelt is not null)
            settings[misspelt] = value;
        var builder = Host.CreateApplicationBuilder();
        foreach (var services in new[] { builder.Services, new ServiceCollection() })
        {
            services.AddTls(Section(settings));
            services.AddGrpcClient<Helloworld.Greeter.GreeterClient>(options => options.Address = new Uri(_server.Mtls)).UseMutualTls();
            using var host = services == builder.Services ? builder.Build() : null;
            using var own = host is null ? services.BuildServiceProvider() : null;

            var start = async () => await (host?.StartAsync() ?? Task.FromResult(own!.GetRequiredService<Helloworld.Greeter.GreeterClient>()));

            (await start.Should().ThrowAsync<TlsException>()).Which.Problems.Select(each => each.Id).Should().Contain(problem);
        }

        using var good = Services(_folder, _server.Mtls, client => client.UseMutualTls());
        (await GreetAsync(good.GetRequiredService<Helloworld.Greeter.GreeterClient>())).Message.Should().Be("Hello Ada");
    }

    [Theory]
    [InlineData("no AddTls")]
    [InlineData("no section")]
    [InlineData("another name")]
    public async Task A_set_that_is_not_there_stops_it(string what)
    {
        var builder = Host.CreateApplicationBuilder();
        if (what != "no AddTls")
            builder.Services.AddTls(what == "another name" ? "orders" : "", new ConfigurationBuilder().Build().GetSection("Tls"));
        builder.Services.AddGrpcClient<Helloworld.Greeter.GreeterClient>(options => options.Address = new Uri(_server.Mtls)).UseMutualTls();
        using var host = builder.Build();

        var failure = (await host.Awaiting(each => each.StartAsync()).Should().ThrowAsync<TlsException>()).Which;

        string.Join(' ', failure.Problems.Select(each => each.Id).Order()).Should().Be(
            what == "no section" ? "roots-missing setting-missing setting-missing" : "tls-not-configured");
    }

    [Fact]
    public async Task No_call_fails_while_the_files_rotate_under_load()
    {
        const int Rotations = 20;
        var settings = Settings(_folder);
        settings["RefreshInterval"] = "00:00:00.1";
        var services = new ServiceCollection();
        services.AddTls(Section(settings));
        services.AddGrpcClient<Helloworld.Greeter.GreeterClient>(options => options.Address = new Uri(_server.Mtls))
            .UseMutualTls().WithTransparentRetry();
        using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<Helloworld.Greeter.GreeterClient>();
        using var load = new RotationLoad();
        load.Start(client, callers: 2);

        for (var i = 1; i <= Rotations; i++)
        {
            _folder.WriteClient(TestPki.Ec.ClientCa.Issue(LeafProfile.Client($"client-{i}"), TestPki.Now));
            string? caller = null;
            for (var tries = 0; tries < 600 && caller != $"spiffe://greeter.example/client-{i}"; tries++)
            {
                await Task.Delay(20);
                caller = (await GreetAsync(client)).Caller;
            }

            caller.Should().Be($"spiffe://greeter.example/client-{i}");
        }

        await load.NextAsync();
        await load.StopAsync();
        load.Failed.Should().BeEmpty();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    internal static Dictionary<string, string?> Settings(TestFolder folder) => new()
    {
        ["TrustedRoots"] = folder.ServerCa,
        ["CertificateChain"] = folder.ClientCert,
        ["PrivateKey"] = folder.ClientKey,
    };

    internal static IConfiguration Section(Dictionary<string, string?> settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(each => KeyValuePair.Create($"Tls:{each.Key}", each.Value))).Build().GetSection("Tls");

    internal static ServiceProvider Services(TestFolder folder, string address, Action<IHttpClientBuilder> use)
    {
        var services = new ServiceCollection();
        services.AddTls(Section(Settings(folder)));
        use(services.AddGrpcClient<Helloworld.Greeter.GreeterClient>(options => options.Address = new Uri(address)));
        return services.BuildServiceProvider();
    }

    internal static async Task<RpcException> FailureAsync(Helloworld.Greeter.GreeterClient client) =>
        (await client.Awaiting(each => each.SayHelloAsync(new HelloRequest { Name = "Ada" }).ResponseAsync).Should().ThrowAsync<RpcException>()).Which;

    private static async Task<(string Message, string? Caller)> GreetAsync(Helloworld.Greeter.GreeterClient client)
    {
        using var call = client.SayHelloAsync(new HelloRequest { Name = "Ada" });
        return ((await call).Message, (await call.ResponseHeadersAsync).GetValue("greeter-caller"));
    }
}

using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using GrpcTls;
using GrpcTls.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>A plain channel, a client of the factory and an HttpClient carry the explanation; no interceptor is needed.</summary>
public sealed class ExplainedWaysTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(_folder);

    [Theory]
    [InlineData("channel")]
    [InlineData("factory")]
    [InlineData("http")]
    public async Task What_the_handshake_saw_is_in_the_exception(string way)
    {
        _folder.Write(_folder.ServerCa, TestPki.Rsa.ServerCa.RootsPem);

        var failure = await FailureAsync(way, _server.Tls);

        failure.Problems().Should().ContainSingle().Which.Id.Should().Be("server-authority-rekeyed");
        failure!.Message.Should().NotContain("\n");
    }

    [Theory]
    [InlineData("channel")]
    [InlineData("factory")]
    [InlineData("http")]
    public async Task What_it_did_not_see_is_looked_into(string way) =>
        (await FailureAsync(way, _server.Mtls)).Problems()[0].Id.Should().Be("client-certificate-missing");

    [Theory]
    [InlineData("channel")]
    [InlineData("factory")]
    [InlineData("http")]
    public async Task The_look_can_be_switched_off(string way)
    {
        var connections = 0;
        await using var wire = new RawPeer((client, stop) =>
        {
            Interlocked.Increment(ref connections);
            return RawPeer.ForwardAsync(client, _server.Port(Server.PortKind.Mtls), stop);
        });

        var failure = await FailureAsync(way, $"https://localhost:{wire.Port}", probes: false);

        failure.IsExplained().Should().BeFalse();
        connections.Should().Be(1);
        TlsFailure.Explain(failure!, $"https://localhost:{wire.Port}").Should().ContainSingle().Which.Cause.Should().Contain($"{wire.Port}");
    }

    [Theory]
    [InlineData("channel")]
    [InlineData("factory")]
    public async Task Where_nobody_listens_the_exception_itself_is_put_into_words(string way)
    {
        var address = $"https://localhost:{FailureConnectionTests.FreePort()}";

        var failure = await CallAsync(way, address, probes: true);

        failure.StatusCode.Should().Be(StatusCode.Unavailable);
        TlsFailure.Explain(failure, address).Should().ContainSingle().Which.Id.Should().Be("server-unreachable");
        TlsFailure.Explain(new RpcException(new Status(StatusCode.NotFound, "no such order")), address).Should().BeEmpty();
    }

    [Fact]
    public async Task What_the_caller_says_about_the_channel_holds_and_is_given_back()
    {
        var options = new GrpcChannelOptions { MaxReceiveMessageSize = 3, ServiceConfig = new ServiceConfig() };
        using var small = TlsChannel.ForAddress(_server.Tls, new SslCredentials(TestPki.Ec.ServerCa.RootsPem), options);
        using var again = TlsChannel.ForAddress(_server.Tls, new SslCredentials(TestPki.Ec.ServerCa.RootsPem), options);

        foreach (var channel in new[] { small, again })
        {
            (await ClientBuilderTests.FailureAsync(new Helloworld.Greeter.GreeterClient(channel)))
                .StatusCode.Should().Be(StatusCode.ResourceExhausted);
        }

        (options.Credentials, options.HttpHandler, options.DisposeHttpClient, options.MaxReceiveMessageSize).Should().Be((null, null, false, 3));
    }

    public static TheoryData<string> Twice => ["credentials", "handler", "client"];

    [Theory]
    [MemberData(nameof(Twice))]
    public void What_is_given_twice_is_refused(string what)
    {
        using var handler = new SocketsHttpHandler();
        using var client = new HttpClient(handler);
        var options = what switch
        {
            "credentials" => new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure },
            "handler" => new GrpcChannelOptions { HttpHandler = handler },
            _ => new GrpcChannelOptions { HttpClient = client },
        };

        FluentActions.Invoking(() => TlsChannel.ForAddress(_server.Tls, new SslCredentials(), options)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => TlsChannel.ForAddress(_server.Tls, new SslCredentials(), new GrpcChannelOptions()).Dispose()).Should().NotThrow();
    }

    [Fact]
    public void Material_for_a_channel_by_hand_has_the_certificate_or_is_refused()
    {
        using var services = ClientBuilderTests.Services(_folder, _server.Mtls, _ => { });
        using var others = ClientBuilderTests.Services(_folder, _server.Mtls, _ => { });
        var sources = services.GetRequiredService<TlsMaterialSources>();

        sources.ForMutualClient().Current.Identity.Should().NotBeNull();
        others.GetRequiredService<TlsMaterialSources>().ForClient().Current.Identity.Should().BeNull();
        others.GetRequiredService<TlsMaterialSources>().Invoking(each => each.ForMutualClient()).Should().Throw<InvalidOperationException>();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<Exception?> FailureAsync(string way, string address, bool probes = true)
    {
        if (way != "http")
            return (await CallAsync(way, address, probes)).Status.DebugException;
        var services = new ServiceCollection();
        services.AddTls(ClientBuilderTests.Section(ClientBuilderTests.Settings(_folder)));
        services.AddHttpClient("any").UseTls(probeOnFailure: probes);
        using var provider = services.BuildServiceProvider();
        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("any");
        (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        return (await client.Awaiting(each => each.GetAsync(address)).Should().ThrowAsync<HttpRequestException>()).Which;
    }

    private async Task<RpcException> CallAsync(string way, string address, bool probes)
    {
        using var services = ClientBuilderTests.Services(_folder, address, client => client.UseTls(probeOnFailure: probes));
        using var channel = TlsChannel.ForAddress(
            address, new SslCredentials(await File.ReadAllTextAsync(_folder.ServerCa)), probeOnFailure: probes);
        return await ClientBuilderTests.FailureAsync(
            way == "channel" ? new Helloworld.Greeter.GreeterClient(channel) : services.GetRequiredService<Helloworld.Greeter.GreeterClient>());
    }
}

using System.Net;
using System.Security.Authentication;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Greeter.Tests;

/// <summary>The library in an app of somebody else's: on any endpoint of Kestrel, with whatever log, and no registration but AddTls.</summary>
public sealed class UseTlsTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "1.1")]
    [InlineData(HttpProtocols.Http1AndHttp2, "2.0")]
    [InlineData(HttpProtocols.Http1, "1.1")]
    [InlineData(HttpProtocols.Http2, "2.0")]
    public async Task The_endpoint_keeps_its_protocols_and_knows_its_caller(HttpProtocols protocols, string version)
    {
        await using var app = await StartAsync(_ => { }, listen =>
        {
            listen.Protocols = protocols;
            listen.UseMutualTls();
        });

        (await GetAsync(app, version)).Should().Be($"HTTP/{version.Replace(".0", "", StringComparison.Ordinal)} mtls spiffe://greeter.example/client");
    }

    [Fact]
    public async Task Stands_beside_endpoints_of_others()
    {
        await using var app = await StartAsync(
            builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0)), listen => listen.UseTls());
        using var http = new HttpClient();

        (await http.GetStringAsync(new Uri(Addresses(app).Single(address => address.StartsWith("http:", StringComparison.Ordinal)))))
            .Should().Be("HTTP/1.1 - nobody");
        (await GetAsync(app, "1.1")).Should().Be("HTTP/1.1 tls nobody");
    }

    [Fact]
    public async Task Named_sets_are_told_apart()
    {
        using var other = TestFolder.With(TestPki.Rsa);
        await using var app = await StartAsync(
            builder =>
            {
                builder.Services.AddTls("other", options => Set(options, other));
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseMutualTls("other")));
            },
            listen => listen.UseMutualTls());

        (await GetAsync(app, "2.0", TestPki.Ec, Addresses(app).Last())).Should().StartWith("HTTP/2 mtls spiffe:");
        (await GetAsync(app, "2.0", TestPki.Rsa, Addresses(app).First())).Should().StartWith("HTTP/2 mtls spiffe:");
        await FluentActions.Awaiting(() => GetAsync(app, "2.0", TestPki.Rsa, Addresses(app).Last())).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task Without_AddTls_the_host_does_not_start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseTls()));

        var start = async () =>
        {
            await using var app = builder.Build();
            await app.StartAsync();
        };

        (await start.Should().ThrowAsync<TlsException>()).Which.Problems.Should().ContainSingle().Which.Id.Should().Be("tls-not-configured");
    }

    [Fact]
    public async Task A_missing_file_ends_the_start_before_anything_listens()
    {
        File.Delete(_folder.ServerKey);
        File.Delete(_folder.ClientCa);

        var start = () => StartAsync(_ => { }, listen => listen.UseMutualTls());

        (await start.Should().ThrowAsync<TlsException>()).Which.Problems.Select(problem => problem.Id).Should().Equal("file-missing", "file-missing");
    }

    [Theory]
    [InlineData("no providers", false)]
    [InlineData("level None", false)]
    [InlineData("another factory", true)]
    [InlineData("the platform's own", true)]
    public async Task Rejections_are_counted_whatever_the_log_and_explained_where_there_is_one(string set, bool isExplained)
    {
        var log = new LogLines();
        await using var app = await StartAsync(
            builder =>
            {
                builder.Logging.ClearProviders();
                if (set == "another factory")
                    builder.Services.AddSingleton<ILoggerFactory>(new OtherFactory(log));
                else if (set != "no providers")
                    builder.Logging.AddProvider(log);
                if (set == "level None")
                    builder.Logging.SetMinimumLevel(LogLevel.None);
            },
            listen => listen.UseMutualTls());
        using var rejections = new RefusalCount(app.Services);
        var port = new Uri(Addresses(app)[0]).Port;

        (await Handshake.TryAsync(port, SslProtocols.Tls13)).Should().BeFalse();
        using (var plain = await HostilePeer.ConnectAsync(port))
        {
            await plain.TrySendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            await plain.WaitForCloseAsync();
        }

        await rejections.WaitForAsync(2);
        rejections.Counts.Select(count => $"{count.Key} {count.Value}").Should()
            .BeEquivalentTo("client-certificate-missing mtls 1", "plaintext-to-tls-port mtls 1");
        if (isExplained)
        {
            await log.WaitForAsync("[client-certificate-missing]");
            await log.WaitForAsync("[plaintext-to-tls-port]");
        }
        else
        {
            log.All.Should().BeEmpty();
        }
    }

    [Fact]
    public async Task A_rule_may_be_one_text_with_commas_and_what_has_no_rule_is_denied()
    {
        await using var server = await TestServer.StartAsync(
            _folder, "--Access:helloworld.Greeter/SayHello", "user:alice, spiffe://greeter.example/*");

        (await server.GreetAsync(PortKind.Mtls, new Proof(TestPki.Ec.Client, null))).Status.Should().Be(Grpc.Core.StatusCode.OK);
        (await server.GreetAsync(PortKind.Tls)).Status.Should().Be(Grpc.Core.StatusCode.Unauthenticated);
    }

    public void Dispose() => _folder.Dispose();

    private static void Set(TlsOptions options, TestFolder folder)
    {
        options.CertificateChain = folder.ServerCert;
        options.PrivateKey = folder.ServerKey;
        options.TrustedRoots = folder.ClientCa;
    }

    private static string[] Addresses(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    private static async Task<string> GetAsync(WebApplication app, string version, TestPki? pki = null, string? address = null)
    {
        pki ??= TestPki.Ec;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = TlsHandshake.Client(TlsMaterial.FromPem(pki.ServerCa.RootsPem, pki.Client.ChainPem, pki.Client.KeyPem)),
        };
        handler.SslOptions.ApplicationProtocols = null; // HttpClient asks for what the request needs.
        using var http = new HttpClient(handler)
        {
            DefaultRequestVersion = Version.Parse(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        address ??= Addresses(app).Last(each => each.StartsWith("https:", StringComparison.Ordinal));
        return await http.GetStringAsync(new Uri(address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));
    }

    // Two lines: AddTls and UseTls or UseMutualTls; the rest is the app.
    private async Task<WebApplication> StartAsync(Action<WebApplicationBuilder> adjust, Action<ListenOptions> use)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddTls(options => Set(options, _folder));
        adjust(builder);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => use(listen)));
        var app = builder.Build();
        app.MapGet("/", (HttpContext call) =>
            $"{call.Request.Protocol} {call.Features.Get<TlsEndpointFeature>()?.Name ?? "-"} {call.GetCaller()?.ToString() ?? "nobody"}");
        await app.StartAsync();
        return app;
    }

    // As logging libraries put theirs in place of the platform's.
    private sealed class OtherFactory(LogLines log) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => log.CreateLogger(categoryName);

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }
}

using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Greeter.Tests;

/// <summary>The real server in this process: real Kestrel, real sockets, any free ports, files of a folder.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private TestServer(WebApplication app, LogLines log) => (App, Log) = (app, log);

    public WebApplication App { get; }

    public LogLines Log { get; }

    public string Insecure => Url(PortKind.Insecure);

    public string Tls => Url(PortKind.Tls);

    public string Mtls => Url(PortKind.Mtls);

    public static Task<TestServer> StartAsync(TestFolder folder, params string[] more) => StartAsync(folder, TimeProvider.System, more);

    public static Task<TestServer> StartAsync(TestFolder folder, TimeProvider time, params string[] more) =>
        StartAsync(folder, builder => builder.Services.AddSingleton(time), more);

    /// <param name="folder">Where its files are.</param>
    /// <param name="adjust">What the test adds or replaces.</param>
    /// <param name="more">Settings besides <see cref="Arguments"/>.</param>
    public static async Task<TestServer> StartAsync(TestFolder folder, Action<WebApplicationBuilder> adjust, params string[] more)
    {
        var log = new LogLines();
        var app = Server.Program.Build([.. Arguments(folder), .. more], builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log);
            adjust(builder);
        });
        await app.StartAsync();
        return new TestServer(app, log);
    }

    public static string[] Arguments(TestFolder folder) =>
    [
        .. Access("helloworld.Greeter/SayHello", "helloworld.Greeter/SayHelloStreamReply", "helloworld.Greeter/SayHelloBidiStream",
            "greeter.auth.v1.SignIn/SignIn", "grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"),
        "--Ports:Insecure", "0", "--Ports:Tls", "0", "--Ports:Mtls", "0",
        "--Tls:CertificateChain", folder.ServerCert, "--Tls:PrivateKey", folder.ServerKey, "--Tls:TrustedRoots", folder.ClientCa,
    ];

    private static IEnumerable<string> Access(params IEnumerable<string> methods) => methods.SelectMany(method => new[] { $"--Access:{method}", "anyone" });

    public int Port(PortKind kind) => App.Services.GetRequiredService<IReadOnlyList<ServerPort>>().Single(port => port.Kind == kind).Number;

    public string Url(PortKind kind, string host = "localhost") => $"{(kind is PortKind.Tls or PortKind.Mtls ? "https" : "http")}://{host}:{Port(kind)}";

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
    }
}

/// <summary>What the library keeps to itself.</summary>
internal static class ServerInsides
{
    public static ConnectionTracker Tracker(this IServiceProvider services) => TlsServerServices.Of(services).Tracker;
}

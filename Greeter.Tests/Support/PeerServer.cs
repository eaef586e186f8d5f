using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using GrpcTls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>A gRPC server that is not ours: whatever handshake and protocols a test gives it, without our checks.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PeerServer(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.Single()).Port;

    public string Url => $"https://localhost:{Port}";

    /// <summary>A server that asks for no certificate.</summary>
    public static Task<PeerServer> StartAsync(string chainPem, string keyPem, SslProtocols version)
    {
        var options = TlsHandshake.Server(TlsMaterial.FromPem(rootsPem: null, chainPem, keyPem));
        options.EnabledSslProtocols = version;
        return StartAsync(options);
    }

    /// <summary>A server that verifies its clients.</summary>
    public static Task<PeerServer> StartMutualAsync(TestPki pki, SslProtocols version)
    {
        var options = TlsHandshake.MutualServer(TlsMaterial.FromPem(pki.ClientCa.RootsPem, pki.Server.ChainPem, pki.Server.KeyPem));
        options.EnabledSslProtocols = version;
        return StartAsync(options);
    }

    /// <param name="tls">The handshake; null for none.</param>
    /// <param name="protocols">What it speaks.</param>
    public static Task<PeerServer> StartAsync(SslServerAuthenticationOptions? tls, HttpProtocols protocols = HttpProtocols.Http2) =>
        StartAsync(tls, protocols, app => app.MapGrpcService<GreeterService>());

    /// <summary>A web server that speaks HTTP/2 and knows nothing of gRPC.</summary>
    public static Task<PeerServer> StartWithoutServiceAsync() => StartAsync(
        TlsHandshake.Server(TlsMaterial.FromPem(rootsPem: null, TestPki.Ec.Server.ChainPem, TestPki.Ec.Server.KeyPem)), HttpProtocols.Http2, _ => { });

    /// <param name="tls">The handshake; null for none.</param>
    /// <param name="protocols">What it speaks.</param>
    /// <param name="map">What it answers with.</param>
    /// <param name="services">What it needs besides gRPC; null for nothing.</param>
    public static async Task<PeerServer> StartAsync(
        SslServerAuthenticationOptions? tls, HttpProtocols protocols, Action<WebApplication> map, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (tls is not null)
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) });
        }));
        builder.Services.AddGrpc();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new PeerServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

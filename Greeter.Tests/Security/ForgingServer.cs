using System.Net;
using Grpc.Core;
using GrpcTls;
using Helloworld;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>A trusted server whose every word is chosen by a test: the replies, and the detail of a status.</summary>
internal sealed class ForgingServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ForgingServer(WebApplication app) => _app = app;

    public string Url => $"https://localhost:{new Uri(_app.Urls.Single()).Port}";

    /// <param name="words">What it says.</param>
    /// <param name="status">OK for replies, or the status of every call, with the words as its detail.</param>
    public static async Task<ForgingServer> StartAsync(string words, StatusCode status = StatusCode.OK)
    {
        var tls = TlsHandshake.Server(TlsMaterial.FromPem(rootsPem: null, TestPki.Ec.Server.ChainPem, TestPki.Ec.Server.KeyPem));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) });
        }));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new Said(words, status));
        var app = builder.Build();
        app.MapGrpcService<Service>();
        await app.StartAsync();
        return new ForgingServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed record Said(string Words, StatusCode Status)
    {
        public HelloReply Reply() =>
            Status == StatusCode.OK ? new HelloReply { Message = Words } : throw new RpcException(new Status(Status, Words));
    }

    private sealed class Service(Said said) : Helloworld.Greeter.GreeterBase
    {
        public override Task<HelloReply> SayHello(HelloRequest request, ServerCallContext context) => Task.FromResult(said.Reply());

        public override async Task SayHelloStreamReply(
            HelloRequest request, IServerStreamWriter<HelloReply> responseStream, ServerCallContext context)
        {
            for (var i = 0; i < 5; i++)
                await responseStream.WriteAsync(said.Reply());
        }
    }
}

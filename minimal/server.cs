#!/usr/bin/env dotnet
#:sdk Microsoft.NET.Sdk.Web
#:package Grpc.AspNetCore
#:project ../Greeter.Protos/Greeter.Protos.csproj
#:property PublishAot=false

// helloworld.Greeter on three ports, on ASP.NET Core alone: dotnet run minimal/server.cs
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Helloworld;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

string File(string name) => Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "../certs/server", name);

// The server's certificate and, from the same file, its intermediate: clients know the root alone.
var chain = new X509Certificate2Collection();
chain.ImportFromPemFile(File("server_cert.pem"));
using var pair = X509Certificate2.CreateFromPemFile(File("server_cert.pem"), File("server_key.pem"));
using var own = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null); // Windows' TLS takes no key from PEM.
var context = SslStreamCertificateContext.Create(own, chain, offline: true); // offline: a missing intermediate is not downloaded.

// Who may vouch for clients: client_ca alone, not the operating system's authorities.
var clients = new X509ChainPolicy
{
    TrustMode = X509ChainTrustMode.CustomRootTrust,
    ApplicationPolicy = { new("1.3.6.1.5.5.7.3.2") }, // Certificates for clients (RFC 5280, section 4.2.1.12).
    RevocationMode = X509RevocationMode.NoCheck, // The default asks online; our authority publishes no list, and all would be refused.
    DisableCertificateDownloads = true, // Nothing that a stranger writes into a certificate makes this server open a connection.
};
clients.CustomTrustStore.ImportFromPemFile(File("client_ca.pem"));

var tls = new SslServerAuthenticationOptions { ServerCertificateContext = context };
var mutual = new SslServerAuthenticationOptions
{
    ServerCertificateContext = context,
    ClientCertificateRequired = true,
    CertificateChainPolicy = clients,
    AllowTlsResume = false, // A resumed session carries no intermediates: clients that have one would be refused.
};

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddGrpc();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.ConfigureEndpointDefaults(port => port.Protocols = HttpProtocols.Http2); // gRPC needs it; without TLS nothing negotiates it.
    kestrel.ListenLocalhost(50051);
    kestrel.ListenLocalhost(50052, port => port.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(tls) }));
    kestrel.ListenLocalhost(50053, port => port.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(mutual) }));
});

var app = builder.Build();
app.MapGrpcService<GreeterService>();
app.Run();

internal sealed class GreeterService : Helloworld.Greeter.GreeterBase
{
    public override Task<HelloReply> SayHello(HelloRequest request, ServerCallContext context) =>
        Task.FromResult(new HelloReply { Message = "Hello " + request.Name });
}

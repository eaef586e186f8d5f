#!/usr/bin/env dotnet
#:package Grpc.Net.Client
#:project ../Greeter.Protos/Greeter.Protos.csproj
#:property PublishAot=false

// Greets over one of three ports, on .NET alone: dotnet run minimal/client.cs insecure|tls|mtls
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Helloworld;

if (args is not ["insecure" or "tls" or "mtls"])
{
    Console.Error.WriteLine("usage: dotnet run minimal/client.cs insecure|tls|mtls");
    return 2;
}

string File(string name) => Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "../certs/client", name);
var address = args[0] switch { "tls" => "https://localhost:50052", "mtls" => "https://localhost:50053", _ => "http://localhost:50051" };
var handler = new SocketsHttpHandler();
if (args[0] != "insecure")
{
    // Who may vouch for the server: server_ca alone. Without this policy: the operating system's authorities.
    handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        ApplicationPolicy = { new("1.3.6.1.5.5.7.3.1") }, // Certificates for servers (RFC 5280, section 4.2.1.12).
        RevocationMode = X509RevocationMode.NoCheck, // The default asks online; our authority publishes no list, and all would be refused.
        DisableCertificateDownloads = true, // A missing intermediate is not downloaded: the server has to send it.
    };
    handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(File("server_ca.pem"));
}

if (args[0] == "mtls")
{
    // The client's certificate and, from the same file, its intermediate: the server knows the root alone.
    var chain = new X509Certificate2Collection();
    chain.ImportFromPemFile(File("client_cert.pem"));
    using var pair = X509Certificate2.CreateFromPemFile(File("client_cert.pem"), File("client_key.pem"));
    var own = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null); // Windows' TLS takes no key from PEM.
    handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true);
    handler.SslOptions.AllowTlsResume = false; // .NET keeps sessions by host name, not by port: one from 50052 would be refused at 50053.
}

using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
var reply = await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = "World" });
Console.WriteLine(reply.Message);
return 0;

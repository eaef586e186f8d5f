using Greeter.Client;
using GrpcTls.Client;
using Greeter.Pki;
using Greeter.Server;
using GrpcTls;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Greeter.Benchmarks;

/// <summary>The real server in this process, on free ports, with certificates of its own. It logs to nowhere.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";

    private static readonly Authority ServerCa = Authority.Create("server_ca", KeyKind.Ec, DateTimeOffset.UtcNow);
    private static readonly Authority ClientCa = Authority.Create("client_ca", KeyKind.Ec, DateTimeOffset.UtcNow);
    private static readonly IssuedCertificate Client = ClientCa.Issue(LeafProfile.Client(), DateTimeOffset.UtcNow);

    private readonly string _folder;

    private BenchServer(WebApplication app, string folder) => (App, _folder) = (app, folder);

    public WebApplication App { get; }

    /// <summary>Roots and a client's identity that the server believes.</summary>
    public static TlsMaterial Known { get; } = TlsMaterial.FromPem(ServerCa.RootsPem, Client.ChainPem, Client.KeyPem);

    /// <summary>Somebody of another authority.</summary>
    public static TlsMaterial Stranger { get; } = MakeStranger();

    public static async Task<BenchServer> StartAsync(Action<WebApplicationBuilder> adjust, params IEnumerable<string> more)
    {
        var folder = Directory.CreateTempSubdirectory("greeter-bench-").FullName;
        string Write(string name, string text)
        {
            var path = Path.Combine(folder, name);
            File.WriteAllText(path, text);
            return path;
        }

        using var server = ServerCa.Issue(LeafProfile.Server(), DateTimeOffset.UtcNow);
        var hash = Scripts.PasswordHashing.Hasher.HashPassword("alice", Password);
        string[] always =
        [
            "--Ports:Insecure", "0", "--Ports:Tls", "0", "--Ports:Mtls", "0",
            "--Tls:CertificateChain", Write("server_cert.pem", server.ChainPem), "--Tls:PrivateKey", Write("server_key.pem", server.KeyPem),
            "--Tls:TrustedRoots", Write("client_ca.pem", ClientCa.RootsPem), "--SignIn:Users", Write("users.txt", $"alice {hash}\n"),
            "--SignIn:TokenKeys", Path.Combine(folder, "token_keys"), "--SignIn:AttemptsPerUser", "10000", "--SignIn:AttemptsPerAddress", "10000",
            "--Access:helloworld.Greeter/SayHello", "anyone", "--Access:greeter.auth.v1.SignIn/SignIn", "anyone",
        ];
        var app = Server.Program.Build([.. always, .. more], builder =>
        {
            builder.Logging.ClearProviders();
            adjust(builder);
        });
        await app.StartAsync();
        return new BenchServer(app, folder);
    }

    public int Port(PortKind kind) => App.Services.GetRequiredService<IReadOnlyList<ServerPort>>().Single(port => port.Kind == kind).Number;

    public TlsChannel Channel(PortKind kind)
    {
        var url = $"{(kind == PortKind.Insecure ? "http" : "https")}://localhost:{Port(kind)}";
        return TlsChannel.ForAddress(url, new Target(url, Enum.Parse<CredentialsKind>(kind.ToString()), Known, ServerName: null).Credentials());
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static TlsMaterial MakeStranger()
    {
        using var authority = Authority.Create("client_ca", KeyKind.Ec, DateTimeOffset.UtcNow);
        using var issued = authority.Issue(LeafProfile.Client(), DateTimeOffset.UtcNow);
        return TlsMaterial.FromPem(ServerCa.RootsPem, issued.ChainPem, issued.KeyPem);
    }
}

using System.Security.Authentication;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>Atlas E: mutual TLS. The server knows the reason and logs it; the client works out what it can.</summary>
public sealed class FailureMutualTests
{
    // What is wrong with the client's certificate: the server's word, and the client's, which may have to stay vaguer.
    private static readonly (string Server, string Client)[] Problems =
    [
        ("client-certificate-missing", "client-certificate-missing"), // E01
        ("client-authority-unknown", "client-authority-unknown"), // E02
        ("client-authority-rekeyed", "client-certificate-refused"), // The name that the server accepts is the right one.
        ("client-certificate-expired", "client-certificate-expired"), // E03
        ("client-certificate-not-yet-valid", "client-certificate-not-yet-valid"),
        ("client-self-signed", "client-self-signed"), // E07
        ("client-intermediate-missing", "client-intermediate-missing"), // E08
        ("client-certificate-invalid", "client-certificate-refused"),
    ];

    public static TheoryData<SslProtocols, string, string> Cases
    {
        get
        {
            var data = new TheoryData<SslProtocols, string, string>();
            foreach (var (server, client) in Problems)
            {
                data.Add(SslProtocols.Tls12, server, client);
                data.Add(SslProtocols.Tls13, server, client);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_client_that_is_refused_works_out_why(SslProtocols version, string onServer, string problem)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await PeerServer.StartMutualAsync(TestPki.Ec, version);
        string[] call = ["--credentials", onServer == "client-certificate-missing" ? "tls" : "mtls", "--address", server.Url];

        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Url)).ShouldGreet();
        var values = BrokenClient.Write(folder, onServer);

        (await TestClient.RunAsync(folder, call)).ShouldFail(problem, problem == "client-certificate-refused" ? [] : values);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_logs_why_it_refused(SslProtocols version, string problem, string onClient)
    {
        _ = onClient;
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        (await TryAsync(server, folder, version)).Should().BeTrue();
        server.Log.All.Should().NotContain(line => line.Contains("refused", StringComparison.Ordinal));
        var values = BrokenClient.Write(folder, problem);
        var served = problem == "client-certificate-missing" ? await Handshake.TryAsync(server.Port(PortKind.Mtls), version) : await TryAsync(server, folder, version);

        served.Should().BeFalse();
        var line = await server.Log.WaitForAsync($"[{problem}]");
        line.Should().StartWith("Warning").And.Contain("on the mtls port from ").And.ContainAll(values)
            .And.Contain($"trusted here: {TestPki.Ec.ClientCa.Root.Subject}");
    }

    // E05: a certificate for servers. Our client says so at the start; others send it.
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_certificate_for_servers_is_refused_by_the_server(SslProtocols version)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        folder.WriteClient(TestPki.Ec.ClientCa.Issue(LeafProfile.Client() with { ClientAuth = false, ServerAuth = true }, TestPki.Now));

        (await TryAsync(server, folder, version)).Should().BeFalse();

        (await server.Log.WaitForAsync("[client-certificate-usage]")).Should().Contain("is for serverAuth; a client needs clientAuth");
    }

    [Fact]
    public async Task A_certificate_for_servers_and_a_missing_key_stop_the_client_at_the_start() // E04, E06
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        string[] call = ["--credentials", "mtls", "--address", server.Mtls];
        folder.WriteClient(TestPki.Ec.ClientCa.Issue(LeafProfile.Client() with { ClientAuth = false, ServerAuth = true }, TestPki.Now));

        (await TestClient.RunAsync(folder, call)).ShouldNotStart("client-certificate-usage", "is for serverAuth", folder.ClientCert);
        folder.WriteClient(TestPki.Ec.ClientCa.Issue(LeafProfile.Client() with { ClientAuth = false }, TestPki.Now));
        (await TestClient.RunAsync(folder, call)).ShouldGreet(); // Without usages it is for every use.
        folder.Write(folder.ClientKey, TestPki.Ec.Client.ChainPem);
        (await TestClient.RunAsync(folder, call)).ShouldNotStart("key-missing", folder.ClientKey, "--client-key");
    }

    [Fact]
    public async Task The_server_names_the_authorities_that_it_accepts() // E18
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Mtls))
            .ShouldFail("client-certificate-missing", $"it accepts certificates from {TestPki.Ec.ClientCa.Root.Subject}");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_server_that_names_no_authority_is_quoted_as_that(SslProtocols version) // E18
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var options = TlsHandshake.MutualServer(TlsMaterial.FromPem(TestPki.Ec.ClientCa.RootsPem, TestPki.Ec.Server.ChainPem, TestPki.Ec.Server.KeyPem));
        options.EnabledSslProtocols = version;
        options.ServerCertificateContext = System.Net.Security.SslStreamCertificateContext.Create(TestPki.Ec.Server.Certificate, [TestPki.Ec.ServerCa.Issuing], offline: true);
        await using var server = await PeerServer.StartAsync(options);

        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Url)).ShouldGreet();
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url))
            .ShouldFail("client-certificate-missing", "it accepts certificates from authorities that it does not name");
        folder.WriteClient(new TestPki(KeyKind.Ec).Client);
        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Url))
            .ShouldFail("client-certificate-refused", "authorities that it does not name", "CN=greeter-client", TestPki.Ec.ClientCa.Issuing.Subject);
    }

    private static Task<bool> TryAsync(TestServer server, TestFolder folder, SslProtocols version)
    {
        var identity = TlsMaterial.FromPem(null, File.ReadAllText(folder.ClientCert), File.ReadAllText(folder.ClientKey)).Identity!;
        return Handshake.TryAsync(server.Port(PortKind.Mtls), version, identity.Certificate, identity.Intermediates);
    }
}

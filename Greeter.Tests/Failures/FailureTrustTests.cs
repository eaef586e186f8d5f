using System.Security.Authentication;
using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>Atlas A: the client does not accept the server's certificate. Only the client can know why.</summary>
public sealed class FailureTrustTests
{
    // A02, and an authority that was made again: the name is right and the key is another.
    public static TheoryData<string, string, SslProtocols> Roots => new()
    {
        { "other", "server-authority-unknown", SslProtocols.Tls12 }, { "other", "server-authority-unknown", SslProtocols.Tls13 },
        { "twin", "server-authority-rekeyed", SslProtocols.Tls12 }, { "twin", "server-authority-rekeyed", SslProtocols.Tls13 },
    };

    // What the server shows.
    private static readonly DateTimeOffset Now = TestPki.Now;
    private static readonly DateTimeOffset Past = Now.AddDays(-3);
    private static readonly DateTimeOffset Future = Now.AddDays(3);
    private static readonly string Root = TestPki.Ec.ServerCa.Root.Subject;
    private static readonly SelfSigned Self = SelfSigned.Create("alone");
    private static readonly LongChain Long = LongChain.Create(TestPki.Ec.ServerCa, "localhost");

    private static readonly Fault<TestFolder>[] Faults =
    [
        new("no intermediate", "server-intermediate-missing", folder => folder.Write(folder.ServerCert, TestPki.Ec.Server.LeafPem),
            "CN=localhost", TestPki.Ec.ServerCa.Issuing.Subject, Root),
        new("signed by itself", "server-self-signed", folder => Write(folder, Self.CertificatePem, Self.KeyPem),
            "CN=alone", Root),
        new("a client's usage", "server-certificate-usage", folder => Issue(folder, server => server with { ServerAuth = false, ClientAuth = true }),
            "is for clientAuth; a server needs serverAuth"),
        new("expired", "server-certificate-expired", folder => Issue(folder, server => server with { NotBefore = Now.AddDays(-9), NotAfter = Past }),
            $"was valid until {Past:yyyy-MM-dd HH:mm:ss'Z'}; here it is {Now:yyyy-}"),
        new("not valid yet", "server-certificate-not-yet-valid", folder => Issue(folder, server => server with { NotBefore = Future }),
            $"is valid from {Future:yyyy-MM-dd HH:mm:ss'Z'}; here it is {Now:yyyy-}"),
        new("one authority too many", "server-certificate-invalid", folder => Write(folder, Long.ChainPem, Long.KeyPem),
            "CN=localhost", "CN=one too many", "InvalidBasicConstraints"),
    ];

    public static TheoryData<string, SslProtocols> Shown
    {
        get
        {
            var data = new TheoryData<string, SslProtocols>();
            foreach (var fault in Faults)
            {
                data.Add(fault.What, SslProtocols.Tls12);
                data.Add(fault.What, SslProtocols.Tls13);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task A_client_that_believes_another_authority_says_which_two_they_are(string believed, string problem, SslProtocols version)
    {
        var pki = TestPki.Ec;
        using var folder = TestFolder.With(pki);
        await using var server = await PeerServer.StartAsync(pki.Server.ChainPem, pki.Server.KeyPem, version);
        using var stranger = Authority.Create(believed == "twin" ? "server_ca" : "other_ca", KeyKind.Ec, TestPki.Now);
        string[] call = ["--credentials", "tls", "--address", server.Url];

        (await TestClient.RunAsync(folder, call)).ShouldGreet();
        folder.Write(folder.ServerCa, stranger.RootsPem);
        var client = await TestClient.RunAsync(folder, call);

        // The chain that was sent leads to this name; the twin differs in its key alone.
        client.ShouldFail(problem, "CN=localhost", pki.ServerCa.Root.Subject, stranger.Root.Subject);
        if (believed == "twin")
            client.Error.Should().ContainAll(KeyId(pki.ServerCa), KeyId(stranger));
    }

    [Theory]
    [MemberData(nameof(Shown))]
    public async Task A_certificate_that_is_not_accepted_is_described_with_its_values(string what, SslProtocols version)
    {
        var pki = TestPki.Ec;
        using var folder = TestFolder.With(pki);
        var fault = Fault.Of(Faults, what);
        using var shown = TestFolder.With(pki);
        fault.Break(shown);
        await using var good = await PeerServer.StartAsync(pki.Server.ChainPem, pki.Server.KeyPem, version);
        await using var bad = await PeerServer.StartAsync(File.ReadAllText(shown.ServerCert), File.ReadAllText(shown.ServerKey), version);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", good.Url)).ShouldGreet();
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", bad.Url)).ShouldFail(fault.Problem!, fault.Named);
    }

    [Fact]
    public async Task A_self_signed_certificate_may_be_trusted_itself()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var self = SelfSigned.Create("alone");
        await using var server = await PeerServer.StartAsync(self.CertificatePem, self.KeyPem, SslProtocols.None);
        folder.Write(folder.ServerCa, self.CertificatePem);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url)).ShouldGreet();
    }

    [Fact]
    public async Task Several_faults_are_all_told_the_decisive_one_first() // A19
    {
        var pki = TestPki.Ec;
        using var folder = TestFolder.With(pki);
        folder.WriteServer(pki.ServerCa.Issue(LeafProfile.Server("greeter.example.com") with { NotBefore = TestPki.Now.AddDays(-9), NotAfter = TestPki.Now.AddDays(-2) }, TestPki.Now));
        await using var server = await TestServer.StartAsync(folder);
        using var stranger = Authority.Create("other_ca", KeyKind.Ec, TestPki.Now);
        folder.Write(folder.ServerCa, stranger.RootsPem);

        var client = await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Tls);

        client.ShouldFail("server-authority-unknown", "greeter.example.com");
        client.Error.Split('\n').Where(line => line.StartsWith("greeter: error:", StringComparison.Ordinal)).Select(line => line[line.IndexOf('[')..])
            .Should().Equal("[server-authority-unknown]", "[server-certificate-expired]", "[server-name-mismatch]");
    }

    private static void Write(TestFolder folder, string chain, string key)
    {
        folder.Write(folder.ServerCert, chain);
        folder.Write(folder.ServerKey, key);
    }

    private static void Issue(TestFolder folder, Func<LeafProfile, LeafProfile> change) =>
        folder.WriteServer(TestPki.Ec.ServerCa.Issue(change(LeafProfile.Server()), Now));

    private static string KeyId(Authority authority) =>
        authority.Root.Extensions.OfType<System.Security.Cryptography.X509Certificates.X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifier!;
}

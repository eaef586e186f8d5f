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

    // A04, A07, A09, A10, A11: what the server shows, the problem, and values that have to be in the message.
    public static TheoryData<string, SslProtocols> Shown
    {
        get
        {
            var data = new TheoryData<string, SslProtocols>();
            foreach (var problem in new[]
            {
                "server-intermediate-missing", "server-self-signed", "server-certificate-usage", "server-certificate-expired", "server-certificate-not-yet-valid",
                "server-certificate-invalid",
            })
            {
                data.Add(problem, SslProtocols.Tls12);
                data.Add(problem, SslProtocols.Tls13);
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
    public async Task A_certificate_that_is_not_accepted_is_described_with_its_values(string problem, SslProtocols version)
    {
        var pki = TestPki.Ec;
        using var folder = TestFolder.With(pki);
        var (chain, key, values) = Broken(pki, problem);
        await using var good = await PeerServer.StartAsync(pki.Server.ChainPem, pki.Server.KeyPem, version);
        await using var bad = await PeerServer.StartAsync(chain, key, version);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", good.Url)).ShouldGreet();
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", bad.Url)).ShouldFail(problem, values);
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

    private static (string Chain, string Key, string[] Values) Broken(TestPki pki, string problem)
    {
        var now = TestPki.Now;
        var (past, future) = (now.AddDays(-3), now.AddDays(3));
        if (problem == "server-self-signed")
        {
            var self = SelfSigned.Create("alone");
            return (self.CertificatePem, self.KeyPem, ["CN=alone", pki.ServerCa.Root.Subject]);
        }

        if (problem == "server-certificate-invalid")
        {
            var chain = LongChain.Create(pki.ServerCa, "localhost");
            return (chain.ChainPem, chain.KeyPem, ["CN=localhost", "CN=one too many", "InvalidBasicConstraints"]);
        }

        var issued = problem switch
        {
            "server-certificate-usage" => pki.ServerCa.Issue(LeafProfile.Server() with { ServerAuth = false, ClientAuth = true }, now),
            "server-certificate-expired" => pki.ServerCa.Issue(LeafProfile.Server() with { NotBefore = now.AddDays(-9), NotAfter = past }, now),
            "server-certificate-not-yet-valid" => pki.ServerCa.Issue(LeafProfile.Server() with { NotBefore = future }, now),
            _ => pki.Server,
        };
        return problem switch
        {
            "server-intermediate-missing" => (issued.LeafPem, issued.KeyPem, ["CN=localhost", pki.ServerCa.Issuing.Subject, pki.ServerCa.Root.Subject]),
            "server-certificate-usage" => (issued.ChainPem, issued.KeyPem, ["is for clientAuth; a server needs serverAuth"]),
            "server-certificate-expired" => (issued.ChainPem, issued.KeyPem, [$"was valid until {past:yyyy-MM-dd HH:mm:ss'Z'}; here it is {now:yyyy-}"]),
            _ => (issued.ChainPem, issued.KeyPem, [$"is valid from {future:yyyy-MM-dd HH:mm:ss'Z'}; here it is {now:yyyy-}"]),
        };
    }

    private static string KeyId(Authority authority) =>
        authority.Root.Extensions.OfType<System.Security.Cryptography.X509Certificates.X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifier!;
}

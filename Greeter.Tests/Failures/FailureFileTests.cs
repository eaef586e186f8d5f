using System.Security.Cryptography;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>
/// Atlas F: the client's files, by its command line. LoadProblemTests has the same for the server's, and the encodings
/// that are read (F06, F07, F24).
/// </summary>
public sealed class FailureFileTests
{
    // Problem, option, and what the file holds then.
    public static TheoryData<string, string, string> Cases => new()
    {
        { "key-encrypted", "--client-key", "encrypted key" }, // F01
        { "key-mismatch", "--client-key", "another key" }, // F03
        { "key-mismatch", "--client-key", "another kind of key" }, // F04
        { "key-legacy-encryption", "--client-key", "old encryption" }, // F05
        { "certificate-malformed", "--server-ca", "glued" }, // F09
        { "no-certificates", "--client-cert", "key" }, // F11
        { "key-missing", "--client-key", "certificate" }, // F11
        { "file-missing", "--client-cert", "nothing" }, // F14
        { "file-missing", "--client-key", "nothing" },
        { "file-missing", "--server-ca", "nothing" },
        { "not-pem", "--server-ca", "" }, // A15
        { "key-algorithm-unsupported", "--client-cert", "ed25519" }, // F19
        { "chain-order", "--client-cert", "reversed" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_file_that_cannot_be_used_stops_the_client_and_is_named(string problem, string option, string holds)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        string[] call = ["--credentials", "mtls", "--address", server.Mtls];
        var path = option switch { "--client-key" => folder.ClientKey, "--client-cert" => folder.ClientCert, _ => folder.ServerCa };

        (await TestClient.RunAsync(folder, call)).ShouldGreet();
        if (holds == "nothing")
            File.Delete(path);
        else
            File.WriteAllText(path, Contents(holds));
        var client = await TestClient.RunAsync(folder, call);

        client.ShouldNotStart(problem, path);
        if (problem != "key-algorithm-unsupported")
            client.Error.Should().Contain(option);
    }

    // F06, F24: other tools write these, and other stacks are stricter.
    [Theory]
    [InlineData(KeyKind.Ec, "traditional")]
    [InlineData(KeyKind.Rsa, "traditional")]
    [InlineData(KeyKind.Ec, "indented")]
    [InlineData(KeyKind.Ec, "text around it")]
    public async Task A_key_in_another_form_is_read(KeyKind kind, string form)
    {
        var pki = TestPki.Of(kind);
        using var folder = TestFolder.With(pki);
        await using var server = await TestServer.StartAsync(folder);
        using var ec = kind == KeyKind.Ec ? ECDsa.Create() : null;
        using var rsa = kind == KeyKind.Rsa ? RSA.Create() : null;
        ec?.ImportFromPem(pki.Client.KeyPem);
        rsa?.ImportFromPem(pki.Client.KeyPem);
        folder.Write(folder.ClientKey, form switch
        {
            "indented" => pki.Client.KeyPem.Replace("\nM", "\n  M", StringComparison.Ordinal),
            "text around it" => $"Bag Attributes\n    friendlyName: client\n{pki.Client.KeyPem}\nthe end\n",
            _ => ec?.ExportECPrivateKeyPem() ?? rsa!.ExportRSAPrivateKeyPem(),
        });

        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls)).ShouldGreet();
    }

    [Theory]
    [InlineData("CertificateChain", "setting-missing")] // F18
    [InlineData("PrivateKey", "setting-missing")] // F17
    [InlineData("TrustedRoots", "roots-missing")]
    public async Task A_server_without_a_file_does_not_start(string setting, string problem)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using (await TestServer.StartAsync(folder))
        {
        }

        var start = () => TestServer.StartAsync(folder, $"--Tls:{setting}", "");

        var found = (await start.Should().ThrowAsync<TlsException>()).Which.Problems.Should().ContainSingle().Subject;
        (found.Id, found.Cause).Should().Match<(string Id, string Cause)>(told => told.Id == problem && told.Cause.StartsWith($"Tls:{setting} is empty"));
    }

    [Fact]
    public async Task A_path_in_place_of_a_text_and_a_text_in_place_of_a_path_are_told_as_what_they_are() // F12
    {
        using var folder = TestFolder.With(TestPki.Ec);
        folder.Write(folder.ServerCa, folder.ClientCa);

        (await TestClient.RunAsync(folder, "--credentials", "tls")).ShouldNotStart("not-pem", folder.ServerCa, "is some other text");
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--server-ca", "-----BEGIN CERTIFICATE-----"))
            .ShouldNotStart("file-missing", "-----BEGIN CERTIFICATE----- does not exist (--server-ca");
    }

    [Theory]
    [InlineData(false, "key-encrypted")] // F01
    [InlineData(true, "key-password-wrong")] // F02
    public async Task A_password_that_does_not_open_the_key_stops_the_server(bool isGiven, string problem)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        folder.Write(folder.ServerKey, EncryptedKey.Pem(TestPki.Ec.Server, "right"));
        var password = folder.Write("password.txt", "right");
        await using (await TestServer.StartAsync(folder, "--Tls:PrivateKeyPasswordFile", password))
            folder.Write("password.txt", "wrong");

        var start = () => TestServer.StartAsync(folder, isGiven ? ["--Tls:PrivateKeyPasswordFile", password] : []);

        (await start.Should().ThrowAsync<TlsException>()).Which.Problems.Should().ContainSingle().Which.Id.Should().Be(problem);
    }

    private static string Contents(string holds)
    {
        var (pki, client) = (TestPki.Ec, TestPki.Ec.Client);
        var issuing = pki.ClientCa.Issuing.ExportCertificatePem() + "\n";
        return holds switch
        {
            "encrypted key" => EncryptedKey.Pem(client, "secret"),
            "another key" => pki.Server.KeyPem,
            "another kind of key" => TestPki.Rsa.Client.KeyPem,
            "old encryption" => "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n",
            "glued" => (pki.ServerCa.RootsPem + issuing).Replace("-----\n-----", "----------", StringComparison.Ordinal),
            "key" => client.KeyPem,
            "certificate" => client.ChainPem,
            "ed25519" => Ed25519.CertificatePem,
            "reversed" => issuing + client.LeafPem,
            _ => holds,
        };
    }
}

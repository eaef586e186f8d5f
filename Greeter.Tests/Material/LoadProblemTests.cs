using GrpcTls;

namespace Greeter.Tests;

/// <summary>Each way in which a file cannot be used has its own problem, which names the file and the setting.</summary>
public sealed class LoadProblemTests
{
    private const string Password = "correct horse battery staple";

    private static readonly Fault<TestFolder>[] Faults =
    [
        new("no certificate", "file-missing", folder => File.Delete(folder.ServerCert), "server_cert.pem"),
        new("no key", "file-missing", folder => File.Delete(folder.ServerKey), "server_key.pem"),
        new("no roots", "file-missing", folder => File.Delete(folder.ClientCa), "client_ca.pem"),
        new("a folder in the key's place", "file-unreadable", MakeKeyAFolder, "server_key.pem"),
        Text("an empty certificate", "not-pem", "server_cert.pem", ""),
        Text("roots that are just some text", "not-pem", "client_ca.pem", "just some text"),
        Text("a key in the certificate's place", "no-certificates", "server_cert.pem", Server.KeyPem),
        Text("a key in the roots' place", "no-certificates", "client_ca.pem", Server.KeyPem),
        Text("a certificate that is cut off", "certificate-malformed", "server_cert.pem", Server.ChainPem[..^80]),
        Text("roots without a line end between them", "certificate-malformed", "client_ca.pem",
            (Server.LeafPem + Issuing).Replace("-----\n-----", "----------", StringComparison.Ordinal)),
        Text("a certificate in the key's place", "key-missing", "server_key.pem", Server.ChainPem),
        Text("a key that is none", "key-malformed", "server_key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        Text("another certificate's key", "key-mismatch", "server_key.pem", TestPki.Ec.Client.KeyPem),
        Text("a key of another algorithm", "key-mismatch", "server_key.pem", TestPki.Rsa.Server.KeyPem),
        Text("an encrypted key", "key-encrypted", "server_key.pem", EncryptedKey.Pem(Server, Password)),
        Text("a key that is encrypted in the old way", "key-legacy-encryption", "server_key.pem",
            "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n"),
        Text("a chain in the wrong order", "chain-order", "server_cert.pem", Issuing + Server.LeafPem),
        new("a client's certificate", "server-certificate-usage", folder => folder.WriteServer(TestPki.Ec.Client), "server_cert.pem"),
        Text("an intermediate in the root's place", "trusts-only-intermediate", "client_ca.pem", Issuing),
        Text("a leaf in the root's place", "trusts-leaf", "client_ca.pem", Server.LeafPem),
    ];

    public static TheoryData<string> Cases => Fault.Names(Faults);

    private static Pki.IssuedCertificate Server => TestPki.Ec.Server;

    private static string Issuing => TestPki.Ec.ServerCa.Issuing.ExportCertificatePem() + "\n";

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_that_cannot_be_used_is_named_with_its_problem(string what)
    {
        var fault = Fault.Of(Faults, what);
        using var folder = TestFolder.With(TestPki.Ec);
        Load(folder).Should().BeEmpty("the twin without the mistake loads");
        fault.Break(folder);

        var problems = Load(folder);

        problems.Should().ContainSingle().Which.Id.Should().Be(fault.Problem);
        problems[0].Describe().Should().Contain(folder.Path(fault.Named[0])).And.Contain("Tls:").And.NotContainAny("{", "}");
    }

    [Fact]
    public void A_wrong_password_is_told_from_a_missing_one()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        folder.Write(folder.ServerKey, EncryptedKey.Pem(TestPki.Ec.Server, Password));
        var right = new TlsFile(folder.Write("right.txt", Password + "\n"), "Tls:PrivateKeyPasswordFile", "the password");
        var wrong = new TlsFile(folder.Write("wrong.txt", "guess\n"), "Tls:PrivateKeyPasswordFile", "the password");

        Load(folder, right).Should().BeEmpty();
        var problem = Load(folder, wrong).Should().ContainSingle().Subject;

        problem.Id.Should().Be("key-password-wrong");
        problem.Describe().Should().Contain(folder.ServerKey).And.Contain(wrong.Path).And.NotContain("guess").And.NotContain(Password);
    }

    [Fact]
    public void A_key_that_TLS_cannot_use_is_named()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        folder.Write(folder.ServerCert, Ed25519.CertificatePem);

        Load(folder).Should().ContainSingle().Which.Id.Should().Be("key-algorithm-unsupported");
    }

    [Fact]
    public void All_problems_come_at_once()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        File.Delete(folder.ServerKey);
        folder.Write(folder.ClientCa, "nothing");

        Load(folder).Select(problem => problem.Id).Should().Equal("file-missing", "not-pem");
    }

    [Theory]
    [InlineData("utf-8 with a mark")]
    [InlineData("utf-16")]
    [InlineData("crlf")]
    public void Encodings_and_line_ends_of_other_systems_are_read(string encoding)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var text = File.ReadAllText(folder.ServerCert);
        if (encoding == "crlf")
            File.WriteAllText(folder.ServerCert, text.ReplaceLineEndings("\r\n"));
        else
            File.WriteAllText(folder.ServerCert, text, encoding == "utf-16" ? System.Text.Encoding.Unicode : System.Text.Encoding.UTF8);

        Load(folder).Should().BeEmpty();
    }

    private static IReadOnlyList<TlsProblem> Load(TestFolder folder, TlsFile? password = null)
    {
        try
        {
            TlsMaterial.Load(new TlsFiles
            {
                Side = TlsSide.Server,
                CertificateChain = new TlsFile(folder.ServerCert, "Tls:CertificateChain", "the server's certificate chain"),
                PrivateKey = new TlsFile(folder.ServerKey, "Tls:PrivateKey", "the server's private key"),
                PrivateKeyPassword = password,
                TrustedRoots = new TlsFile(folder.ClientCa, "Tls:TrustedRoots", "the roots that may vouch for clients"),
            });
            return [];
        }
        catch (TlsException e)
        {
            return e.Problems;
        }
    }

    private static Fault<TestFolder> Text(string what, string problem, string file, string text) =>
        new(what, problem, folder => folder.Write(file, text), file);

    private static void MakeKeyAFolder(TestFolder folder)
    {
        File.Delete(folder.ServerKey);
        Directory.CreateDirectory(folder.ServerKey);
    }
}

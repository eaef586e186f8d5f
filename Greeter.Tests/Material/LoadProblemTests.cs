using GrpcTls;

namespace Greeter.Tests;

/// <summary>Each way in which a file cannot be used has its own problem, which names the file and the setting.</summary>
public sealed class LoadProblemTests
{
    private const string Password = "correct horse battery staple";

    // Problem, the file that is broken, and how.
    public static TheoryData<string, string, string> Cases => new()
    {
        { "file-missing", "server_cert.pem", "delete" },
        { "file-missing", "server_key.pem", "delete" },
        { "file-missing", "client_ca.pem", "delete" },
        { "file-unreadable", "server_key.pem", "folder" },
        { "not-pem", "server_cert.pem", "" },
        { "not-pem", "client_ca.pem", "just some text" },
        { "no-certificates", "server_cert.pem", "key" },
        { "no-certificates", "client_ca.pem", "key" },
        { "certificate-malformed", "server_cert.pem", "cut" },
        { "certificate-malformed", "client_ca.pem", "glued" },
        { "key-missing", "server_key.pem", "certificate" },
        { "key-malformed", "server_key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" },
        { "key-mismatch", "server_key.pem", "key of another" },
        { "key-mismatch", "server_key.pem", "key of another algorithm" },
        { "key-encrypted", "server_key.pem", "encrypted" },
        { "key-legacy-encryption", "server_key.pem", "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n" },
        { "chain-order", "server_cert.pem", "reversed" },
        { "server-certificate-usage", "server_cert.pem", "client's" },
        { "trusts-only-intermediate", "client_ca.pem", "intermediate" },
        { "trusts-leaf", "client_ca.pem", "leaf" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_that_cannot_be_used_is_named_with_its_problem(string problem, string file, string how)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        Load(folder).Should().BeEmpty("the twin without the mistake loads");
        Break(folder, folder.Path(file), how);

        var problems = Load(folder);

        problems.Should().ContainSingle().Which.Id.Should().Be(problem);
        problems[0].Describe().Should().Contain(folder.Path(file)).And.Contain("Tls:").And.NotContainAny("{", "}");
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

    private static void Break(TestFolder folder, string path, string how)
    {
        var server = TestPki.Ec.Server;
        var issuing = TestPki.Ec.ServerCa.Issuing.ExportCertificatePem() + "\n";
        if (how is "delete" or "folder")
            File.Delete(path);
        if (how == "folder")
            Directory.CreateDirectory(path);
        if (how is "delete" or "folder")
            return;
        if (how == "client's")
            folder.WriteServer(TestPki.Ec.Client);
        folder.Write(path, how switch
        {
            "key" => server.KeyPem,
            "certificate" => server.ChainPem,
            "cut" => server.ChainPem[..^80],
            "glued" => (server.LeafPem + issuing).Replace("-----\n-----", "----------", StringComparison.Ordinal),
            "key of another" => TestPki.Ec.Client.KeyPem,
            "key of another algorithm" => TestPki.Rsa.Server.KeyPem,
            "encrypted" => EncryptedKey.Pem(server, Password),
            "reversed" => issuing + server.LeafPem,
            "client's" => TestPki.Ec.Client.ChainPem,
            "intermediate" => issuing,
            "leaf" => server.LeafPem,
            _ => how,
        });
    }
}

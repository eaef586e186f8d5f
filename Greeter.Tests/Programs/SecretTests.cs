using System.Security.Cryptography;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>No message, log, exception or report carries a private key or a password, whatever is wrong with them.</summary>
public sealed class SecretTests
{
    private const string Password = "correct-horse-battery-staple";

    // What is wrong with a key, or beside it.
    private static readonly Fault<Held>[] All =
    [
        new("nothing", null, _ => { }),
        Key("another key", _ => TestPki.Ec.Server.KeyPem),
        Key("another kind of key", _ => TestPki.Rsa.Client.KeyPem),
        Key("cut", held => held.KeyPem[..^60]),
        Key("damaged", held => held.KeyPem.Insert(60, "!")),
        Key("no end", held => held.KeyPem.Replace("-----END PRIVATE KEY-----", "", StringComparison.Ordinal)),
        Key("one line", held => held.KeyPem.ReplaceLineEndings(" ")),
        Key("no label", held => string.Join('\n', Lines(held.KeyPem))),
        Key("traditional", held =>
            $"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{string.Join('\n', Lines(held.KeyPem))}\n-----END EC PRIVATE KEY-----\n"),
        Key("password in the key's place", _ => Password),
        Key("encrypted, no password", held => held.EncryptedPem),
        new("encrypted, wrong password", null, held => held.Write(held.EncryptedPem, password: "not-" + Password)),
        new("key in place of the password", null, held => held.Write(held.EncryptedPem, password: held.KeyPem)),
        new("key in place of the certificate", null, held => held.Folder.Write(held.Chain, held.KeyPem)),
        new("key in place of the roots", null, held => held.Folder.Write(held.Roots, held.KeyPem)),
        new("expired", null, held => held.Take(held.Expired)),
        new("another authority", null, held => held.Take(held.Stranger)),
    ];

    public static TheoryData<string> Faults => Fault.Names(All);

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task The_client_tells_no_secret(string fault)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var secrets = Break(new Held(folder, folder.ClientKey, folder.ClientCert, folder.ServerCa, TestPki.Ec.ClientCa, LeafProfile.Client()), fault);
        string[] call = ["--credentials", "mtls", "--verbose"];
        var output = new List<string>();

        foreach (var args in new string[][]
        {
            [.. call, "--address", server.Mtls], [.. call, "--address", server.Insecure.Replace("http:", "https:", StringComparison.Ordinal)], ["compare", "--verbose"],
            ["doctor", server.Mtls, "--verbose"], ["doctor", server.Mtls, "--json", "--verbose"], ["doctor", "--files", "--verbose"],
            ["doctor", "--files", folder.Root, "--json", "--verbose"],
        })
        {
            var client = await TestClient.RunAsync(folder, args);
            output.Add(client.Output + client.Error);
        }

        output.Should().OnlyContain(text => text.Length > 0);
        Search(string.Join('\n', output.Concat(server.Log.All)), secrets);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task The_server_tells_no_secret(string fault)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var secrets = Break(new Held(folder, folder.ServerKey, folder.ServerCert, folder.ClientCa, TestPki.Ec.ServerCa, LeafProfile.Server()), fault);
        string said;
        try
        {
            await using var server = await TestServer.StartAsync(folder, "--Tls:PrivateKeyPasswordFile", folder.Path("password.txt"));
            var client = await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls, "--verbose");
            said = string.Join('\n', server.Log.All.Append(client.Error + client.Output));
        }
        catch (TlsException e)
        {
            said = string.Join('\n', e.Problems.Select(problem => problem.Describe()).Append(e.ToString()));
        }

        said += await TestClient.RunAsync(folder, "doctor", "--files", folder.Root, "--verbose");
        Search(said, secrets);
    }

    private static void Search(string said, IEnumerable<string> secrets)
    {
        foreach (var secret in secrets)
            said.Should().NotContain(secret);
        said.Should().NotContain("PRIVATE KEY-----");
    }

    private static IEnumerable<string> Break(Held held, string fault)
    {
        held.Take(held.Issued);
        held.Folder.Write("password.txt", "");
        Fault.Of(All, fault).Break(held);
        IssuedCertificate[] all = [held.Issued, held.Expired, held.Stranger, TestPki.Ec.Server, TestPki.Ec.Client];
        return
        [
            Password, .. all.Select(issued => Number(issued.KeyPem)),
            .. all.Append(TestPki.Rsa.Client).Select(issued => issued.KeyPem).Append(held.EncryptedPem).SelectMany(Lines),
        ];
    }

    private static string Number(string keyPem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(keyPem);
        return Convert.ToHexString(key.ExportParameters(includePrivateParameters: true).D!);
    }

    private static Fault<Held> Key(string what, Func<Held, string> pem) => new(what, null, held => held.Write(pem(held), password: ""));

    // The lines between the labels, without those that every key of a kind begins with.
    private static IEnumerable<string> Lines(string pem) => pem.Split('\n').Where(line => line.Length > 20 && !line.StartsWith('-'));

    /// <summary>One side's files, and what may come in their place.</summary>
    private sealed record Held(TestFolder Folder, string KeyFile, string Chain, string Roots, Authority Authority, LeafProfile Profile)
    {
        public IssuedCertificate Issued { get; } = Authority.Issue(Profile, TestPki.Now);

        public IssuedCertificate Expired { get; } =
            Authority.Issue(Profile with { NotBefore = TestPki.Now.AddDays(-9), NotAfter = TestPki.Now.AddDays(-1) }, TestPki.Now);

        public IssuedCertificate Stranger { get; } = new TestPki(KeyKind.Ec).Client;

        public string KeyPem => Issued.KeyPem;

        public string EncryptedPem => field ??= EncryptedKey.Pem(Issued, Password);

        public void Take(IssuedCertificate issued)
        {
            Folder.Write(Chain, issued.ChainPem);
            Folder.Write(KeyFile, issued.KeyPem);
        }

        public void Write(string key, string password)
        {
            Folder.Write(KeyFile, key);
            Folder.Write("password.txt", password);
        }
    }
}

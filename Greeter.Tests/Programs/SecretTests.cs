using System.Security.Cryptography;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>No message, log, exception or report carries a private key or a password, whatever is wrong with them.</summary>
public sealed class SecretTests
{
    private const string Password = "correct-horse-battery-staple";

    // What is wrong with a key, or beside it.
    public static TheoryData<string> Faults => new()
    {
        "nothing", "another key", "another kind of key", "cut", "damaged", "no end", "one line", "no label", "key in place of the certificate", "key in place of the roots",
        "key in place of the password", "encrypted, no password", "encrypted, wrong password", "password in the key's place", "traditional", "expired", "another authority",
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task The_client_tells_no_secret(string fault)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var secrets = Break(folder, fault, folder.ClientKey, folder.ClientCert, folder.ServerCa, TestPki.Ec.ClientCa, LeafProfile.Client());
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
        var secrets = Break(folder, fault, folder.ServerKey, folder.ServerCert, folder.ClientCa, TestPki.Ec.ServerCa, LeafProfile.Server());
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

    private static IEnumerable<string> Break(TestFolder folder, string fault, string key, string chain, string roots, Authority authority, LeafProfile profile)
    {
        var issued = authority.Issue(fault == "expired" ? profile with { NotBefore = TestPki.Now.AddDays(-9), NotAfter = TestPki.Now.AddDays(-1) } : profile, TestPki.Now);
        var stranger = new TestPki(KeyKind.Ec).Client;
        var encrypted = EncryptedKey.Pem(issued, Password);
        folder.Write(chain, fault == "another authority" ? stranger.ChainPem : issued.ChainPem);
        folder.Write("password.txt", "");
        folder.Write(key, fault switch
        {
            "another key" => TestPki.Ec.Server.KeyPem,
            "another kind of key" => TestPki.Rsa.Client.KeyPem,
            "cut" => issued.KeyPem[..^60],
            "damaged" => issued.KeyPem.Insert(60, "!"),
            "no end" => issued.KeyPem.Replace("-----END PRIVATE KEY-----", "", StringComparison.Ordinal),
            "one line" => issued.KeyPem.ReplaceLineEndings(" "),
            "no label" => string.Join('\n', Lines(issued.KeyPem)),
            "another authority" => stranger.KeyPem,
            "traditional" => $"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{string.Join('\n', Lines(issued.KeyPem))}\n-----END EC PRIVATE KEY-----\n",
            "password in the key's place" => Password,
            _ when fault.StartsWith("encrypted", StringComparison.Ordinal) => encrypted,
            _ => issued.KeyPem,
        });
        if (fault == "encrypted, wrong password")
            folder.Write("password.txt", "not-" + Password);
        if (fault == "key in place of the password")
            (folder.Write("password.txt", issued.KeyPem), folder.Write(key, encrypted)).Should().NotBeNull();
        if (fault == "key in place of the certificate")
            folder.Write(chain, issued.KeyPem);
        if (fault == "key in place of the roots")
            folder.Write(roots, issued.KeyPem);
        using var parameters = ECDsa.Create();
        parameters.ImportFromPem(issued.KeyPem);
        return
        [
            Password, Convert.ToHexString(parameters.ExportParameters(includePrivateParameters: true).D!),
            .. new[] { issued.KeyPem, encrypted, TestPki.Ec.Server.KeyPem, TestPki.Ec.Client.KeyPem, TestPki.Rsa.Client.KeyPem, stranger.KeyPem }.SelectMany(Lines),
        ];
    }

    // The lines between the labels, without those that every key of a kind begins with.
    private static IEnumerable<string> Lines(string pem) => pem.Split('\n').Where(line => line.Length > 20 && !line.StartsWith('-'));
}

using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>Atlas A: the client has no root to start at.</summary>
public sealed class FailureRootsTests
{
    // A05, A06, A15: known before anything is called.
    [Theory]
    [InlineData("intermediate", "trusts-only-intermediate")]
    [InlineData("leaf", "trusts-leaf")]
    [InlineData("text", "not-pem")]
    [InlineData("key", "no-certificates")]
    [InlineData("escaped", "no-certificates", "certificate-malformed")]
    public async Task A_trust_file_without_a_root_is_refused_at_the_start(string holds, params string[] problems)
    {
        var pki = TestPki.Ec;
        using var folder = TestFolder.With(pki);
        await using var server = await TestServer.StartAsync(folder);
        string[] call = ["--credentials", "tls", "--address", server.Tls];

        (await TestClient.RunAsync(folder, call)).ShouldGreet();
        folder.Write(folder.ServerCa, holds switch
        {
            "intermediate" => pki.ServerCa.Issuing.ExportCertificatePem(),
            "leaf" => pki.Server.LeafPem,
            "key" => pki.Server.KeyPem,
            "escaped" => pki.ServerCa.RootsPem.Replace("\n", "\\n", StringComparison.Ordinal),
            _ => "the authority's certificate goes here",
        });

        (await TestClient.RunAsync(folder, call)).ShouldNotStart(problems[^1], folder.ServerCa, "--server-ca");
    }

    // A01, A22: the operating system's list is read once in a process, so each case needs one of its own.
    [Fact]
    public async Task The_operating_systems_list_decides_where_no_file_is_named()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var stranger = Authority.Create("other_ca", KeyKind.Ec, TestPki.Now);
        var other = folder.Write("other.pem", stranger.RootsPem);
        var empty = Directory.CreateDirectory(folder.Path("empty")).FullName;

        var right = await RunAsync(server, folder.ServerCa, empty);
        var wrong = await RunAsync(server, other, empty);
        var missing = await RunAsync(server, folder.Path("nowhere.pem"), empty);

        right.ShouldGreet();
        wrong.ShouldFail("server-authority-unknown", TestPki.Ec.ServerCa.Root.Subject, "the operating system's authorities");
        missing.ShouldFail("system-roots-empty", folder.Path("nowhere.pem"), empty);
    }

    private static async Task<TestClient> RunAsync(TestServer server, string file, string folder)
    {
        var ended = await ClientProcess.RunAsync(
            folder: null, ["--credentials", "tls", "--server-ca", "system", "--address", server.Tls], ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder));
        return new TestClient(ended.ExitCode, ended.Output, ended.Error);
    }
}

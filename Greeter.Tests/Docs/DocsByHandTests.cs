namespace Greeter.Tests;

/// <summary>The openssl commands of docs/by-hand.md make what certs.cs makes.</summary>
[Collection(MadeCertificates.Name)]
public sealed class DocsByHandTests(MadeCertificates made) : IDisposable
{
    private const string Install = "Debian: apt-get install openssl";

    private static readonly (string Roots, string Chain, string Purpose)[] Verified =
        [("client/server_ca.pem", "server/server_cert.pem", "sslserver"), ("server/client_ca.pem", "client/client_cert.pem", "sslclient")];

    private readonly TestFolder _folder = new();

    private string Certs => _folder.Path("certs");

    [FactWithProgram("openssl", Install)]
    public async Task The_commands_make_files_that_server_client_openssl_and_script_take_for_their_own()
    {
        await RunCommandsAsync();

        MadeFiles.Below(Certs).Keys.Should().Equal(MadeFiles.Below(made.Ec).Keys, "the folder is the same");
        await VerdictsAsync(Certs, made.Ec);
        await GreetAsync();

        var kept = await made.RunAsync(Certs);
        (kept.ExitCode, kept.Error).Should().Be((0, ""));
        kept.Output.Should().Contain("is complete; nothing was changed");
        var renewed = await made.RunAsync(Certs, "--renew");
        (renewed.ExitCode, renewed.Error).Should().Be((0, ""));
        await GreetAsync();
    }

    public void Dispose() => _folder.Dispose();

    private async Task RunCommandsAsync()
    {
        var commands = DocsPage.Of("docs/by-hand.md").Blocks.Where(block => block.Language == "bash").SelectMany(block => block.Lines);
        var run = await ChildProcess.RunAsync("bash", ["-e", _folder.Write("commands.sh", string.Join('\n', commands))], _folder.Root);
        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().Be("certs/server/server_cert.pem: OK\ncerts/client/client_cert.pem: OK\n");
    }

    // Good ones and swapped ones alike.
    private static async Task VerdictsAsync(string one, string other)
    {
        foreach (var (roots, chain, _) in Verified)
        {
            foreach (var purpose in new[] { "sslserver", "sslclient" })
            {
                foreach (var trusted in Verified.Select(each => each.Roots))
                {
                    var verdict = await VerdictAsync(one, trusted, chain, purpose);
                    verdict.Should().Be(await VerdictAsync(other, trusted, chain, purpose), "{0} with {1} for {2}", chain, trusted, purpose);
                    verdict.Should().Be(trusted == roots && Verified.Contains((roots, chain, purpose)) ? 0 : 2);
                }
            }
        }
    }

    private static async Task<int> VerdictAsync(string folder, string roots, string chain, string purpose) =>
        (await ChildProcess.RunAsync("openssl", ["verify", "-CAfile", roots, "-untrusted", chain, "-purpose", purpose, chain], folder)).ExitCode;

    private async Task GreetAsync()
    {
        string In(string name) => Path.Combine(Certs, name);
        string[] ports = ["--Ports:Insecure", "", "--Ports:Tls", "", "--Ports:Mtls", "0"];
        await using var server = ServerProcess.Start(
            [.. ports, "--Tls:CertificateChain", In("server/server_cert.pem"), "--Tls:PrivateKey", In("server/server_key.pem"), "--Tls:TrustedRoots", In("server/client_ca.pem")]);
        var address = await server.WaitForAddressAsync("mtls");
        var run = await ClientProcess.RunAsync(
            "--credentials", "mtls", "--address", address,
            "--server-ca", In("client/server_ca.pem"), "--client-cert", In("client/client_cert.pem"), "--client-key", In("client/client_key.pem"));
        run.Should().Be(new ProcessResult(0, "Hello World\n", run.Error), run.Error);
    }
}

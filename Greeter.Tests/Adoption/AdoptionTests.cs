using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using Xunit.Abstractions;

namespace Greeter.Tests;

/// <summary>A fresh project and exactly the steps of docs/adopt.md: mutual TLS, rotation, explained refusals.</summary>
public sealed class AdoptionTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _port = FreePort();

    [FactOnUnix]
    public async Task Two_lines_in_a_fresh_project_make_a_server_and_two_a_client()
    {
        MakeGreeter();
        await TakeStepsAsync();
        await BuildAsync("MyService");
        await BuildAsync("MyClient");

        await using var server = Start("MyService", ("Tls__RefreshInterval", "00:00:00.2"));
        await server.Output.WaitForAsync("Application started");
        await GreetAsync();

        // A refused handshake is explained, and a new certificate is used.
        var first = await ShownAsync();
        await server.Output.WaitForAsync("[client-certificate-missing]");
        var next = TestPki.Ec.ServerCa.Issue(LeafProfile.Server(), TestPki.Now);
        _folder.Write("MyService/certs/server_key.pem", next.KeyPem);
        _folder.Write("MyService/certs/server_cert.pem", next.ChainPem);
        await server.Output.WaitForAsync("the files have changed, new connections use them");
        (await ShownAsync()).Should().Be(next.Certificate.SerialNumber).And.NotBe(first);
        await GreetAsync();
        await RefusesToStartAsync();
    }

    // Each setting taken away and misspelt in turn, as it was built and as it was published, in its folder and elsewhere.
    private async Task RefusesToStartAsync()
    {
        var published = _folder.Path("published");
        var publish = await ChildProcess.RunAsync(
            Programs.Dotnet, ["publish", "MyClient", "--nologo", "--output", published], _folder.Root);
        publish.ExitCode.Should().Be(0, publish.Output);
        var good = File.ReadAllText(_folder.Path("MyClient/appsettings.json"));

        foreach (var program in new[] { _folder.Path("MyClient-built/MyClient.dll"), Path.Combine(published, "MyClient.dll") })
        {
            foreach (var (name, problem) in new[] { ("TrustedRoots", "roots-missing"), ("CertificateChain", "setting-missing"), ("PrivateKey", "setting-missing"), ("Tls", "roots-missing") })
            {
                var quoted = $"\"{name}\"";
                good.Should().Contain(quoted);
                foreach (var written in new[] { name[..^1], $"{name}-taken-away" })
                {
                    _folder.Write("MyClient/appsettings.json", good.Replace(quoted, $"\"{written}\"", StringComparison.Ordinal));
                    await RefusesAsync(program, _folder.Path("MyClient"), problem);
                }
            }

            await RefusesAsync(program, published, "roots-missing"); // Without an appsettings.json.
            await RefusesAsync(program, _folder.Root, "roots-missing");
            _folder.Write("MyClient/appsettings.json", good);
            (await ChildProcess.RunAsync(Programs.Dotnet, [program], _folder.Path("MyClient"))).Should().Be(new ProcessResult(0, "Hello World\n", ""));
        }
    }

    private static async Task RefusesAsync(string program, string folder, string problem)
    {
        var run = await ChildProcess.RunAsync(Programs.Dotnet, [program], folder);
        run.Output.Should().BeEmpty();
        run.ExitCode.Should().NotBe(0);
        run.Error.Should().Contain($"[{problem}]");
    }

    public void Dispose() => _folder.Dispose();

    // What stands for $GREETER: the sources, and certificates as certs.cs lays them out.
    private void MakeGreeter()
    {
        foreach (var project in new[] { "GrpcTls", "Greeter.Server", "Greeter.Client", "Greeter.Protos" })
        {
            Directory.CreateDirectory(_folder.Path("greeter"));
            Directory.CreateSymbolicLink(_folder.Path($"greeter/{project}"), Programs.Source(project));
        }

        var pki = TestPki.Ec;
        foreach (var (side, issued, roots, file) in new[] { ("server", pki.Server, pki.ClientCa, "client_ca"), ("client", pki.Client, pki.ServerCa, "server_ca") })
        {
            Directory.CreateDirectory(_folder.Path($"greeter/certs/{side}"));
            _folder.Write($"greeter/certs/{side}/{side}_cert.pem", issued.ChainPem);
            _folder.Write($"greeter/certs/{side}/{side}_key.pem", issued.KeyPem);
            _folder.Write($"greeter/certs/{side}/{file}.pem", roots.RootsPem);
        }
    }

    private async Task TakeStepsAsync()
    {
        foreach (var block in DocsPage.Of("docs/adopt.md").Blocks)
        {
            if (block.Language == "bash")
            {
                var run = await ChildProcess.RunAsync("bash", ["-ec", string.Join('\n', block.Lines)], _folder.Root, ("GREETER", _folder.Path("greeter")));
                run.ExitCode.Should().Be(0, run.Error + run.Output);
            }
            else if (block.Marked("file") is { } path)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_folder.Path(path))!);
                var isDiff = block.Language == "diff";
                var lines = isDiff ? block.Lines.Select(line => line.Length > 0 ? line[1..] : line) : block.Lines;
                _folder.Write(path, string.Join('\n', lines).Replace("50053", _port, StringComparison.Ordinal) + "\n");
                if (isDiff)
                    Count(path, block.Lines.Count(line => line.StartsWith('+')));
            }
        }
    }

    private void Count(string path, int added)
    {
        output.WriteLine($"{path}: {added} lines added");
        added.Should().BeLessThanOrEqualTo(2);
    }

    private async Task BuildAsync(string project)
    {
        var run = await ChildProcess.RunAsync(Programs.Dotnet, ["build", project, "--nologo", "--output", _folder.Path($"{project}-built")], _folder.Root);
        run.ExitCode.Should().Be(0, run.Output);
    }

    private ChildProcess Start(string project, params IEnumerable<(string Name, string? Value)> environment) =>
        ChildProcess.Start(Programs.Dotnet, [_folder.Path($"{project}-built/{project}.dll")], _folder.Path(project), environment);

    private async Task GreetAsync()
    {
        await using var client = Start("MyClient");
        var run = await client.WaitForEndAsync();
        run.Should().Be(new ProcessResult(0, "Hello World\n", ""));
    }

    // The serial number of what the server shows to somebody who shows nothing.
    private async Task<string?> ShownAsync()
    {
        string? serial = null;
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, int.Parse(_port, System.Globalization.CultureInfo.InvariantCulture));
        await using var tls = new SslStream(tcp.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { TestPki.Ec.ServerCa.Root }, RevocationMode = X509RevocationMode.NoCheck },
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    serial = ((X509Certificate2)certificate!).SerialNumber;
                    return errors == SslPolicyErrors.None;
                },
            });
            await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
        }
        catch (IOException)
        {
            // The server closes; what it showed has been seen.
        }

        return serial;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}

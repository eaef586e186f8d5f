using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using Xunit.Abstractions;

namespace Greeter.Tests;

/// <summary>
/// An empty folder and exactly the steps of docs/adopt.md, by its packages and by its source: mutual TLS, rotation, rejections
/// that are explained, settings taken away. The template has tests of its own.
/// </summary>
public sealed class AdoptionTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Library = ["GrpcTls", "GrpcTls.AspNetCore", "GrpcTls.Client"];

    private readonly TestFolder _folder = new();
    private readonly string _port = FreePort();

    // Each run packs a version of its own: NuGet never looks at a version again that it has seen.
    private readonly string _version = $"1.0.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";

    [TheoryOnUnix]
    [InlineData("a")]
    [InlineData("b")]
    public async Task Two_lines_in_a_fresh_project_make_a_server_and_two_a_client(string way)
    {
        MakeGreeter();
        await TakeStepsAsync(way);
        await BuildAsync("MyService");
        await BuildAsync("MyClient");

        await using (var server = Start("MyService", ("Tls__RefreshInterval", "00:00:00.2")))
        {
            await server.Output.WaitForAsync("Application started");
            await GreetAsync();

            // A rejected handshake is explained, and a new certificate is used.
            var first = await ShownAsync();
            await server.Output.WaitForAsync("[client-certificate-missing]");
            var next = TestPki.Ec.ServerCa.Issue(LeafProfile.Server(), TestPki.Now);
            _folder.WriteKey("MyService/certs/server_key.pem", next.KeyPem);
            _folder.Write("MyService/certs/server_cert.pem", next.ChainPem);
            await server.Output.WaitForAsync("the files have changed, new connections use them");
            (await ShownAsync()).Should().Be(next.Certificate.SerialNumber).And.NotBe(first);
            await GreetAsync();
            await ClientRefusesToStartAsync();
        }

        await ServerRefusesToStartAsync();
        var tests = await DotnetAsync("test", "MyService.Tests", "--nologo");
        tests.Output.Should().Contain("Passed!").And.MatchRegex(@"Passed:\s+2");
    }

    public void Dispose()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var folder in Library.Select(name => Path.Combine(packages, name.ToLowerInvariant(), _version)).Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
        _folder.Dispose();
    }

    // Each setting taken away and misspelt in turn, as it was built and as it was published, in its folder and elsewhere.
    private async Task ClientRefusesToStartAsync()
    {
        var published = _folder.Path("published");
        await DotnetAsync("publish", "MyClient", "--nologo", "--output", published);
        foreach (var program in new[] { _folder.Path("MyClient-built/MyClient.dll"), Path.Combine(published, "MyClient.dll") })
        {
            await WithoutEachAsync("MyClient", program, "roots-missing");
            await RefusesAsync("MyClient", program, published, "roots-missing"); // Without an appsettings.json.
            await RefusesAsync("MyClient", program, _folder.Root, "roots-missing");
            var run = await ChildProcess.RunAsync(Programs.Dotnet, [program], _folder.Path("MyClient"));
            run.Should().Be(new ProcessResult(0, "Hello World\n", ""));
        }
    }

    private Task ServerRefusesToStartAsync() =>
        WithoutEachAsync("MyService", _folder.Path("MyService-built/MyService.dll"), "setting-missing");

    private async Task WithoutEachAsync(string project, string program, string withoutSection)
    {
        (string Name, string Problem)[] settings =
        [
            ("TrustedRoots", "roots-missing"), ("CertificateChain", "setting-missing"), ("PrivateKey", "setting-missing"),
            ("Tls", withoutSection),
        ];
        var path = $"{project}/appsettings.json";
        var good = File.ReadAllText(_folder.Path(path));
        foreach (var (name, problem) in settings)
        {
            var quoted = $"\"{name}\"";
            good.Should().Contain(quoted);
            foreach (var written in new[] { name[..^1], $"{name}-taken-away" })
            {
                _folder.Write(path, good.Replace(quoted, $"\"{written}\"", StringComparison.Ordinal));
                var said = await RefusesAsync(project, program, _folder.Path(project), problem);
                if (name != "Tls" && written == name[..^1])
                    said.Should().Contain($"{project.ToLowerInvariant()}: error: unknown setting [unknown-setting]").And.Contain($"did you mean {name}?");
            }
        }

        _folder.Write(path, good);
    }

    // In its own name and without a stack trace.
    private static async Task<string> RefusesAsync(string project, string program, string folder, string problem)
    {
        var run = await ChildProcess.RunAsync(Programs.Dotnet, [program], folder);
        var said = run.Output + run.Error;
        run.ExitCode.Should().NotBe(0, said);
        said.Should().MatchRegex($@"{project.ToLowerInvariant()}: error: .* \[{problem}\]");
        said.Should().NotContain("   at ").And.NotContain("Hello").And.NotContain("Application started");
        return said;
    }

    // What stands for $GREETER: the sources without what was built, and certificates as certs.cs lays them out.
    private void MakeGreeter()
    {
        foreach (var project in Library.Append("Greeter.Protos"))
        {
            var from = Programs.Source(project);
            var all = Directory.GetFiles(from, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(from, path));
            foreach (var path in all.Where(IsSource))
            {
                var to = _folder.Path($"greeter/{project}/{path}");
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(Path.Combine(from, path), to);
            }
        }

        foreach (var name in new[] { "Directory.Build.props", "Directory.Packages.props", "LICENSE", "README.md" })
            File.Copy(Programs.Source(name), _folder.Path($"greeter/{name}"));
        var pki = TestPki.Ec;
        var sides = new[] { ("server", pki.Server, pki.ClientCa, "client_ca"), ("client", pki.Client, pki.ServerCa, "server_ca") };
        foreach (var (side, issued, roots, file) in sides)
        {
            Directory.CreateDirectory(_folder.Path($"greeter/certs/{side}"));
            _folder.Write($"greeter/certs/{side}/{side}_cert.pem", issued.ChainPem);
            _folder.WriteKey($"greeter/certs/{side}/{side}_key.pem", issued.KeyPem);
            _folder.Write($"greeter/certs/{side}/{file}.pem", roots.RootsPem);
        }
    }

    private static bool IsSource(string path) => path.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj");

    private async Task TakeStepsAsync(string way)
    {
        foreach (var block in DocsPage.Of("docs/adopt.md").Blocks.Where(block => block.Mark.Length == 0 || IsOf(block, way)))
        {
            if (block.Language == "bash")
            {
                var run = await ChildProcess.RunAsync(
                    "bash", ["-ec", string.Join('\n', block.Lines)], _folder.Root,
                    ("GREETER", _folder.Path("greeter")), ("PATH", PathWithDotnet()), ("PackageVersion", _version));
                run.ExitCode.Should().Be(0, run.Error + run.Output);
            }
            else if (FileOf(block) is { } path)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_folder.Path(path))!);
                var isDiff = block.Language == "diff";
                var lines = isDiff ? block.Lines.Select(line => line.Length > 0 ? line[1..] : line) : block.Lines;
                _folder.Write(path, string.Join('\n', lines).Replace("50053", _port, StringComparison.Ordinal) + "\n");
                if (isDiff)
                    Count(path, block.Lines.Count(line => line.StartsWith('+')));
            }
        }

        if (way == "a")
            Directory.GetFiles(_folder.Path("packages"), "*.nupkg").Should().HaveCount(Library.Length);
    }

    // A mark is `file: PATH` for all ways, `way: a` or `way: a, file: PATH`.
    private static bool IsOf(DocsBlock block, string way) => block.Marked("way") is not { } marked || marked.Split(", ")[0] == way;

    private static string? FileOf(DocsBlock block) => block.Mark.Split("file: ") is [_, var path] ? path : null;

    private static string PathWithDotnet() =>
        $"{Path.GetDirectoryName(Programs.Dotnet)}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";

    private void Count(string path, int added)
    {
        output.WriteLine($"{path}: {added} lines added");
        added.Should().BeLessThanOrEqualTo(2);
    }

    private Task<ProcessResult> BuildAsync(string project) =>
        DotnetAsync("build", project, "--nologo", "--output", _folder.Path($"{project}-built"));

    private async Task<ProcessResult> DotnetAsync(params string[] arguments)
    {
        var run = await ChildProcess.RunAsync(Programs.Dotnet, arguments, _folder.Root);
        run.ExitCode.Should().Be(0, run.Output + run.Error);
        return run;
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
        await tcp.ConnectAsync(IPAddress.Loopback, int.Parse(_port, CultureInfo.InvariantCulture));
        await using var tls = new SslStream(tcp.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { TestPki.Ec.ServerCa.Root },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
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
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}

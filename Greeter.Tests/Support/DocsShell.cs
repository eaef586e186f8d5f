using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Greeter.Tests;

/// <summary>A clean copy of the repository, with programs that are built already, in which the commands of a page are run.</summary>
public sealed partial class DocsShell : IAsyncLifetime, IDisposable
{
    // What pages use, and free ones of this machine in their place.
    private static readonly string[] Ports = ["50051", "50052", "50053", "50061", "50062"];

    private static readonly string[] Files =
    [
        "Directory.Build.props", "Directory.Packages.props", "global.json", "Greeter.sln", ".editorconfig",
        "certs/README.md", "certs/.gitignore",
    ];

    private static readonly string[] Folders = ["scripts", "docs", "minimal", "Greeter.Protos", "GrpcTls", "GrpcTls.Client"];

    // What the pages' C# takes for granted, by the part of it that says which.
    private static readonly (string Part, string Header)[] Headers =
    [
        ("TlsChannel", """
            #:package Grpc.Net.Client
            #:project GrpcTls.Client/GrpcTls.Client.csproj
            #:project Greeter.Protos/Greeter.Protos.csproj
            #:property PublishAot=false
            using Grpc.Core;
            using GrpcTls.Client;

            var (serverCaPem, clientCertPem, clientKeyPem) =
                (File.ReadAllText("server_ca.pem"), File.ReadAllText("client_cert.pem"), File.ReadAllText("client_key.pem"));
            """),
        ("SocketsHttpHandler", """
            #:package Grpc.Net.Client
            #:project Greeter.Protos/Greeter.Protos.csproj
            #:property PublishAot=false
            using System.Net.Security;
            using System.Security.Cryptography.X509Certificates;
            using Grpc.Net.Client;
            """),
    ];

    private static readonly string[] Scripts = ["scripts/certs.cs", "scripts/users.cs", "docs/tap.cs"];

    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string> _free = [];
    private readonly Dictionary<string, (ChildProcess Process, int Seen)> _running = [];

    public DocsShell()
    {
        foreach (var name in Files)
            Copy(Programs.Source(name), _folder.Path(name));
        foreach (var name in Folders.Where(name => Directory.Exists(Programs.Source(name))))
            CopySources(Programs.Source(name), _folder.Path(name));
        foreach (var program in new[] { Programs.Server, Programs.Client })
        {
            var project = Path.GetFileNameWithoutExtension(program);
            CopyAll(Path.GetDirectoryName(program)!, _folder.Path($"{project}/bin/Debug/net10.0"));
            Copy(Programs.Source(project, $"{project}.csproj"), _folder.Path($"{project}/{project}.csproj"));
            foreach (var settings in Directory.GetFiles(Programs.Source(project), "appsettings*.json"))
                Copy(settings, _folder.Path($"{project}/{Path.GetFileName(settings)}"));
        }

        WriteDotnet();
        foreach (var port in Ports)
            _free[port] = FreePort();
        foreach (var path in Directory.GetFiles(_folder.Path("minimal"), "*.cs"))
            File.WriteAllText(path, Local(File.ReadAllText(path)));
    }

    private string Root => _folder.Root;

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>From now on <c>dotnet run scripts/certs.cs</c> starts what was built of it before.</summary>
    internal async Task TakeBuiltScriptsAsync(DocsPage page)
    {
        foreach (var script in Scripts.Where(script => page.Text.Contains($"dotnet run {script}", StringComparison.Ordinal)))
            await BuiltScript.CopyAsync(script, Root);
    }

    /// <summary>Runs a block's commands one after the other, and compares.</summary>
    internal async Task RunAsync(DocsBlock block)
    {
        foreach (var (command, expected) in Commands(block.Lines))
        {
            if (command.StartsWith("dotnet test", StringComparison.Ordinal))
                continue; // It would run itself.
            var printed = Lasting().Match(command) is { Success: true } lasting
                ? await StartAsync(lasting.Groups["tap"].Success ? "tap" : "server", command)
                : await RunAsync(command);
            if (expected.Length == 0)
                continue;
            var pattern = Pattern(expected, isAll: true);
            printed.Should().Contain(text => pattern.IsMatch(text), "that is what the page says of: {0}", command);
        }
    }

    /// <summary>Waits until a program that runs has said what the block says.</summary>
    internal async Task SaysAsync(string name, DocsBlock block)
    {
        var (process, seen) = _running[name];
        var pattern = Pattern(block.Lines, isAll: false);
        var match = await Eventually.FindAsync(
            () => pattern.Match(Said(process)[seen..]) is { Success: true } match ? match : null,
            () => $"the page says of {name}:\n{string.Join('\n', block.Lines)}\nand it said:\n{Said(process)[seen..]}");
        _running[name] = (process, seen + match.Index + match.Length);
    }

    /// <summary>Runs the C# of a page as a client's program, in the folder with the client's files: it makes a channel, and a call greets.</summary>
    internal async Task RunCodeAsync(DocsBlock block)
    {
        var code = string.Join('\n', block.Lines);
        var header = Headers.First(each => code.Contains(each.Part, StringComparison.Ordinal)).Header;
        const string Call = """
            var reply = await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new Helloworld.HelloRequest { Name = "World" });
            Console.WriteLine(reply.Message);
            """;
        _folder.Write("page.cs", Local($"{header}\n{code}\n{Call}\n"));
        var run = await ChildProcess.RunAsync(Programs.Dotnet, ["run", "../../page.cs"], _folder.Path("certs/client"));
        run.Output.Should().EndWith("Hello World\n", "that is what the page's code does:\n{0}\n{1}", code, run.Error);
    }

    // Of a fixture, xunit calls this one and not IAsyncDisposable's: the page's server would stay.
    public async Task DisposeAsync()
    {
        foreach (var name in _running.Keys.ToArray())
            await StopAsync(name);
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<(string Command, string[] Expected)> Commands(IReadOnlyList<string> lines)
    {
        for (var i = 0; i < lines.Count;)
        {
            lines[i].Should().StartWith("$ ", "a block begins with a command");
            var expected = lines.Skip(i + 1).TakeWhile(line => !line.StartsWith("$ ", StringComparison.Ordinal)).ToArray();
            yield return (lines[i][2..], expected);
            i += 1 + expected.Length;
        }
    }

    private static string Said(ChildProcess process) => DocsOutput.Plain(process.Error.ToString()) + DocsOutput.Plain(process.Output.ToString());

    private Regex Pattern(IEnumerable<string> lines, bool isAll) => DocsOutput.Pattern(lines.Select(Local), Root, isAll);

    private string Local(string text) => _free.Aggregate(text, (line, port) => line.Replace(port.Key, port.Value, StringComparison.Ordinal));

    // In either order of the two streams, and what is for people may be left out as a whole.
    private async Task<string[]> RunAsync(string command)
    {
        var run = await ChildProcess.RunAsync("bash", ["-c", Local(command)], Root, Environment());
        var (output, error) = (DocsOutput.Plain(run.Output), DocsOutput.Plain(run.Error));
        return [output + error, error + output, output];
    }

    private async Task<string[]> StartAsync(string name, string command)
    {
        await StopAsync(name);
        var process = ChildProcess.Start("bash", ["-c", $"exec {Local(command)}"], Root, Environment());
        await Eventually.TrueAsync(
            () => process.Error.Completion.IsCompleted || IsReady(Said(process)), () => $"it does not start: {Said(process)}");
        _running[name] = (process, Said(process).Length);
        return [Said(process)];
    }

    // Ours say it, and so does every ASP.NET Core program.
    private static bool IsReady(string said) =>
        said.Contains(" ready", StringComparison.Ordinal) || said.Contains("Application started", StringComparison.Ordinal);

    private async Task StopAsync(string name)
    {
        if (_running.Remove(name, out var running))
            await running.Process.DisposeAsync();
    }

    private IEnumerable<(string Name, string? Value)> Environment() =>
    [
        ("PATH", $"{_folder.Path("path")}{Path.PathSeparator}{System.Environment.GetEnvironmentVariable("PATH")}"),
        ("Ports__Insecure", _free["50051"]), ("Ports__Tls", _free["50052"]), ("Ports__Mtls", _free["50053"]),

        // In the demo's spelling, so that its own take their place.
        ("Addresses__Insecure", Local("http://localhost:50051")), ("Addresses__Tls", Local("https://localhost:50052")), ("Addresses__Mtls", Local("https://localhost:50053")),
        ("Tls__RefreshInterval", "00:00:00.5"),
    ];

    // `dotnet run --project X` starts what is built, and nothing is built again; everything else is the real one's.
    private void WriteDotnet()
    {
        Directory.CreateDirectory(_folder.Path("path"));
        var path = _folder.Write("path/dotnet", $"""
            #!/bin/bash
            if [ "$1 $2" = "run --project" ]; then
              project=$3; shift 3; [ "$1" = -- ] && shift
              exec '{Programs.Dotnet}' "{Root}/$project/bin/Debug/net10.0/$project.dll" "$@"
            fi
            [ "$1" = build ] && exit 0
            script=$(basename "$2" .cs)
            if [ "$1" = run ] && [ -f "{Root}/built/$script/$script.dll" ]; then
              shift 2; [ "$1" = -- ] && shift
              exec '{Programs.Dotnet}' "{Root}/built/$script/$script.dll" "$@"
            fi
            exec '{Programs.Dotnet}' "$@"
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void CopySources(string from, string to)
    {
        foreach (var path in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(from, path)))
        {
            if (path.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
                Copy(Path.Combine(from, path), Path.Combine(to, path));
        }
    }

    private static void CopyAll(string from, string to)
    {
        foreach (var path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            Copy(path, Path.Combine(to, Path.GetRelativePath(from, path)));
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to);
    }

    [GeneratedRegex(@"^dotnet run (--project Greeter\.Server|minimal/server\.cs|(?<tap>docs/tap\.cs))")]
    private static partial Regex Lasting();
}

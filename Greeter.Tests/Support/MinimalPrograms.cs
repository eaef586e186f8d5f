using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Greeter.Tests;

/// <summary>Both programs of minimal/ as they stand there, with free ports in place of 50051 to 50053: built once for all tests.</summary>
public sealed class MinimalPrograms : IAsyncLifetime, IDisposable
{
    private static readonly string[] Modes = ["insecure", "tls", "mtls"];

    private readonly int[] _ports = FreePorts(Modes.Length);

    internal TestFolder Folder { get; } = TestFolder.With(TestPki.Ec);

    internal int Port(string mode) => _ports[Array.IndexOf(Modes, mode)];

    internal string Address(string mode) => $"{(mode == "insecure" ? "http" : "https")}://localhost:{Port(mode)}";

    public async Task InitializeAsync()
    {
        // For the packages' versions, and warnings that are errors.
        foreach (var name in new[] { "Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig" })
            File.Copy(Programs.Source(name), Folder.Path(name));
        Lay("certs", Folder.Root);

        // One after the other: both build the messages.
        foreach (var name in new[] { "server.cs", "client.cs" })
        {
            Directory.CreateDirectory(Folder.Path("minimal"));
            var source = Modes.Aggregate(File.ReadAllText(Programs.Source("minimal", name)), (text, mode) => text.Replace(
                $"{50051 + Array.IndexOf(Modes, mode)}", Port(mode).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            source = source.Replace("#:project ..", $"#:project {Programs.Root}", StringComparison.Ordinal);
            var path = Folder.Write($"minimal/{name}", source);
            var build = await ChildProcess.RunAsync(Programs.Dotnet, ["build", path, "--verbosity", "quiet", "--nologo"], Folder.Root);
            build.ExitCode.Should().Be(0, build.Output + build.Error);
        }
    }

    /// <summary>Puts six files where the programs look for them.</summary>
    /// <param name="to">The folder, in this one.</param>
    /// <param name="from">Where the six files are.</param>
    internal void Lay(string to, string from)
    {
        foreach (var (side, names) in new[] { ("server", "server_cert server_key client_ca"), ("client", "client_cert client_key server_ca") })
        {
            Directory.CreateDirectory(Folder.Path($"{to}/{side}"));
            foreach (var name in names.Split(' '))
                File.Copy(Path.Combine(from, $"{name}.pem"), Folder.Path($"{to}/{side}/{name}.pem"), overwrite: true);
        }
    }

    /// <summary>Starts the server and waits until it serves.</summary>
    internal async Task<ChildProcess> ServeAsync()
    {
        var server = ChildProcess.Start(Programs.Dotnet, ["run", "--no-build", Folder.Path("minimal/server.cs")], Folder.Root);
        await server.Output.WaitForAsync("Application started");
        return server;
    }

    /// <summary>Runs the client.</summary>
    internal Task<ProcessResult> GreetAsync(params string[] arguments) =>
        ChildProcess.RunAsync(Programs.Dotnet, ["run", "--no-build", Folder.Path("minimal/client.cs"), .. arguments], Folder.Root);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Folder.Dispose();

    // All at once, so that each is another.
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}

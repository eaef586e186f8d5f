using System.Collections.Concurrent;
using System.Diagnostics;
using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>The server as a process, on free ports, with certificates of its own in a folder that is gone after the test.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, string> _addresses = new();
    private readonly TaskCompletionSource _isReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private RunningServer(string folder)
    {
        Folder = folder;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet",
            [
                Program("Greeter.Server"), "--Ports:Insecure", "0", "--Ports:Tls", "0", "--Ports:Mtls", "0",
                "--Tls:CertificateChain", File("server_cert.pem"), "--Tls:PrivateKey", File("server_key.pem"),
                "--Tls:TrustedRoots", File("client_ca.pem"), "--Tls:RefreshInterval", "00:00:00.2",
            ])
            { RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        _process.ErrorDataReceived += (_, line) => Read(line.Data ?? "");
        _process.Exited += (_, _) => _isReady.TrySetException(new InvalidOperationException($"the server ended with {_process.ExitCode}"));
    }

    /// <summary>Where the six files are.</summary>
    public string Folder { get; }

    public static async Task<RunningServer> StartAsync()
    {
        var server = new RunningServer(Directory.CreateTempSubdirectory("greeter-").FullName);
        WriteCertificates(server.Folder);
        server._process.Start();
        server._process.BeginErrorReadLine();
        await server._isReady.Task.WaitAsync(Limit);
        return server;
    }

    /// <summary>A new set of the six files, from authorities of its own.</summary>
    public static void WriteCertificates(string folder)
    {
        using var server = Authority.Create("server_ca", KeyKind.Ec, DateTimeOffset.UtcNow);
        using var client = Authority.Create("client_ca", KeyKind.Ec, DateTimeOffset.UtcNow);
        new CertificateFiles(server, client, DateTimeOffset.UtcNow).Write(folder);
    }

    public string File(string name) => Path.Combine(Folder, name);

    /// <param name="port">insecure, tls or mtls.</param>
    public string Address(string port) => _addresses[port];

    /// <summary>Runs the client with certificates from a folder.</summary>
    public async Task<(int ExitCode, string Output, string Error)> GreetAsync(string credentials, string port, string? folder = null)
    {
        string Of(string name) => Path.Combine(folder ?? Folder, name);
        List<string> arguments = [Program("Greeter.Client"), "--credentials", credentials, "--address", Address(port)];
        if (credentials != "insecure")
            arguments.AddRange(["--server-ca", Of("server_ca.pem")]);
        if (credentials == "mtls")
            arguments.AddRange(["--client-cert", Of("client_cert.pem"), "--client-key", Of("client_key.pem")]);
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var client = Process.Start(start)!;
        var (output, error) = (client.StandardOutput.ReadToEndAsync(), client.StandardError.ReadToEndAsync());
        await client.WaitForExitAsync().WaitAsync(Limit);
        return (client.ExitCode, (await output).TrimEnd(), await error);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    // Built along with this test: configuration and framework (bin/Debug/net10.0) are the same.
    private static string Program(string project)
    {
        var tests = AppContext.BaseDirectory;
        var root = Path.GetFullPath("../../../..", tests);
        return Path.Combine(root, project, Path.GetRelativePath(Path.Combine(root, "Greeter.Tests"), tests), $"{project}.dll");
    }

    // "greeter: listening mtls https://localhost:50053", then "greeter: ready; Ctrl+C stops it".
    private void Read(string line)
    {
        if (line.Split(' ') is [_, "listening", var port, var address])
            _addresses[port] = address;
        if (line.StartsWith("greeter: ready", StringComparison.Ordinal))
            _isReady.TrySetResult();
    }
}

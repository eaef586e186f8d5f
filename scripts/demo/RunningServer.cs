using System.Collections.Concurrent;
using System.Diagnostics;

namespace Greeter.Demo;

/// <summary>The server, on any free ports, for as long as the demo needs it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const string Listening = "greeter: listening ";

    private const string Ready = "greeter: ready";

    private readonly Process _process;
    private readonly ConcurrentDictionary<string, string> _addresses = new();
    private readonly TaskCompletionSource _serves = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningServer(Process process) => _process = process;

    /// <summary>Starts the server and waits until it says that it listens.</summary>
    /// <exception cref="CommandFailed">It ended before that.</exception>
    public static async Task<RunningServer> StartAsync(Repository repository, CancellationToken stop)
    {
        var process = new Process
        {
            EnableRaisingEvents = true,
            StartInfo = new ProcessStartInfo("dotnet", [repository.Program("Greeter.Server"), "--Ports:Insecure", "0", "--Ports:Tls", "0", "--Ports:Mtls", "0"])
            {
                RedirectStandardError = true,
            },
        };
        var server = new RunningServer(process);
        process.ErrorDataReceived += (_, line) => server.Read(line.Data);
        process.Exited += (_, _) => server._serves.TrySetException(new CommandFailed($"the server ended with {process.ExitCode}"));
        process.Start();
        process.BeginErrorReadLine();
        try
        {
            await server._serves.Task.WaitAsync(stop);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the client's <c>compare</c> against this server.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> CompareAsync(Repository repository, CancellationToken stop)
    {
        var start = new ProcessStartInfo("dotnet", [repository.Program("Greeter.Client"), "compare"]);
        foreach (var (port, address) in _addresses)
            start.Environment[$"Addresses__{char.ToUpperInvariant(port[0])}{port[1..]}"] = address; // As the settings spell it: names of variables mind it.
        using var client = Process.Start(start)!;
        await Command.WaitAsync(client, stop);
        return client.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        if (!_serves.Task.IsCompleted)
            Console.Error.WriteLine(line);
        if (line.StartsWith(Ready, StringComparison.Ordinal))
            _serves.TrySetResult();
        if (line.StartsWith(Listening, StringComparison.Ordinal) && line[Listening.Length..].Split(' ') is [var port, var address])
            _addresses[port] = address;
    }
}

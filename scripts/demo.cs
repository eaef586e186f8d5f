#!/usr/bin/env dotnet
#:property PublishAot=false

// The whole sample in one command: dotnet run scripts/demo.cs
// Makes certificates if there are none, starts the server on free ports, tries every kind of credentials on every port,
// and stops the server. Exits with 0 if everybody got in who should, and nobody else.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

const string Help =
    """
    Shows the whole sample: makes certificates if there are none, builds and starts the server on free ports, tries every
    kind of credentials on every port, prints who got in and who did not, and stops the server.

    Usage: dotnet run scripts/demo.cs

    It takes no options. Exit code 0: everybody got in who should, and nobody else; 1: not so; 2: wrong usage.
    """;

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(Help);
    return 0;
}

if (args.Length > 0)
{
    Console.Error.WriteLine(
        $"""
         demo: error: the command line is not understood [usage]
         demo: cause: '{string.Join(' ', args)}'; the demo takes no options
         demo: fix:   dotnet run scripts/demo.cs
         """);
    return 2;
}

// The repository is the folder above the script's own, whatever the current folder is.
var root = Path.GetFullPath("..", (string)AppContext.GetData("EntryPointFileDirectoryPath")!);

// Ctrl+C and SIGTERM: the demo ends by way of its own code, which stops what it started.
using var interruption = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Interrupt);
try
{
    if (!File.Exists(Path.Combine(root, "certs", "server", "server_cert.pem")))
        await DotnetAsync("making certificates", isShown: true, "run", "scripts/certs.cs");
    await DotnetAsync("building the server; the first time takes a minute", isShown: false, "build", "Greeter.Server");
    await DotnetAsync("building the client", isShown: false, "build", "Greeter.Client");
    Say("starting the server");
    return await CompareAsync();
}
catch (CommandFailed e)
{
    Say(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Say("interrupted; nothing goes on running");
    return 1;
}

// Runs the client's `compare` against a server that lives only as long.
async Task<int> CompareAsync()
{
    // As settings spell them: names of environment variables mind it.
    var addresses = new ConcurrentDictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Insecure"] = "",
        ["Tls"] = "",
        ["Mtls"] = "",
    };
    var serves = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    string[] arguments = [Program("Greeter.Server"), "--Ports:Insecure", "0", "--Ports:Tls", "0", "--Ports:Mtls", "0"];
    using var server = new Process
    {
        StartInfo = new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true },
        EnableRaisingEvents = true,
    };
    server.ErrorDataReceived += (_, line) => Read(line.Data ?? "");
    server.Exited += (_, _) => serves.TrySetException(new CommandFailed($"the server ended with {server.ExitCode}"));
    server.Start();
    server.BeginErrorReadLine();
    try
    {
        await serves.Task.WaitAsync(interruption.Token);
        var start = new ProcessStartInfo("dotnet", [Program("Greeter.Client"), "compare"]);
        foreach (var (port, address) in addresses)
            start.Environment[$"Addresses__{port}"] = address;
        using var client = Process.Start(start)!;
        await EndAsync(client);
        return client.ExitCode;
    }
    finally
    {
        if (!server.HasExited)
            server.Kill();
        await server.WaitForExitAsync(CancellationToken.None);
    }

    // What the server says until it is ready is shown; the addresses are in it: "greeter: listening mtls https://localhost:50053".
    void Read(string line)
    {
        if (!serves.Task.IsCompleted && line.Length > 0)
            Console.Error.WriteLine(line);
        if (line.Split(' ') is [_, "listening", var port, var address] && addresses.ContainsKey(port))
            addresses[port] = address;
        if (line.StartsWith("greeter: ready", StringComparison.Ordinal))
            serves.TrySetResult();
    }
}

// Runs `dotnet` to the end, and says meanwhile what it is at. Standard output is for the demo's own answer, the table: the
// command's output goes to standard error, if it failed or is to be shown.
async Task DotnetAsync(string what, bool isShown, params string[] arguments)
{
    var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, RedirectStandardOutput = true };
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    var end = EndAsync(process);
    Say(what);
    // A person begins to doubt after ten seconds without a sign.
    var begun = Stopwatch.GetTimestamp();
    while (await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(8))) != end)
        Say($"still {what.Split(';')[0]}, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
    await end;
    if (isShown || process.ExitCode != 0)
        Console.Error.WriteLine(await output);
    if (process.ExitCode != 0)
        throw new CommandFailed($"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}");
}

// Waits for the end; when interrupted, ends the process and all that it started.
async Task EndAsync(Process process)
{
    try
    {
        await process.WaitForExitAsync(interruption.Token);
    }
    finally
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
    }
}

void Interrupt(PosixSignalContext context)
{
    context.Cancel = true;
    interruption.Cancel();
}

string Program(string project) => Path.Combine(root, project, "bin", "Debug", "net10.0", $"{project}.dll");

static void Say(string text) => Console.Error.WriteLine($"demo: {text}");

/// <summary>Something that the demo started did not do its part; the message says what.</summary>
internal sealed class CommandFailed(string message) : Exception(message);

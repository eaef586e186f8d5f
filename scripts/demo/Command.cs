using System.Diagnostics;

namespace Greeter.Demo;

/// <summary>Runs <c>dotnet</c> with what it prints shown here.</summary>
internal static class Command
{
    /// <exception cref="CommandFailed">It ended with an error.</exception>
    public static async Task RunAsync(string folder, CancellationToken stop, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder })!;
        await WaitAsync(process, stop);
        if (process.ExitCode != 0)
            throw new CommandFailed($"demo: dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    /// <summary>Waits for the end; when interrupted, ends the process and all that it started.</summary>
    public static async Task WaitAsync(Process process, CancellationToken stop)
    {
        try
        {
            await process.WaitForExitAsync(stop);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}

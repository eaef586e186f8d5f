using System.Diagnostics;

namespace Greeter.Demo;

/// <summary>Runs <c>dotnet</c>. Standard output is for the demo's own answer, the table.</summary>
internal static class Command
{
    /// <summary>
    /// Runs it to the end, and says meanwhile <paramref name="what"/> it is. Its own output is shown on standard error if it
    /// failed, or if it is <paramref name="shown"/>.
    /// </summary>
    /// <exception cref="CommandFailed">It ended with an error.</exception>
    public static async Task RunAsync(string what, string folder, bool shown, CancellationToken stop, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await Progress.ShowAsync(what, WaitAsync(process, stop));
        if (shown || process.ExitCode != 0)
            await Console.Error.WriteLineAsync(await output);
        if (process.ExitCode != 0)
            throw new CommandFailed($"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}");
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

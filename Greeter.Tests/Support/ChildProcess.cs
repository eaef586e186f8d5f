using System.Diagnostics;

namespace Greeter.Tests;

/// <summary>A program that really runs, its three streams in the test's hands; it and all it started are gone after the test.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    // Not to measure anything: only so that a broken test ends.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private bool _isDisposed;

    private ChildProcess(Process process) =>
        (_process, Output, Error) = (process, new ProcessOutput(process.StandardOutput), new ProcessOutput(process.StandardError));

    public ProcessOutput Output { get; }

    public ProcessOutput Error { get; }

    public StreamWriter Input => _process.StandardInput;

    /// <param name="program">A program on the PATH, or its path.</param>
    /// <param name="arguments">Its arguments, none of which a shell gets to see.</param>
    /// <param name="folder">The folder that it starts in; null for this one.</param>
    /// <param name="environment">Variables besides those of this process; null takes one away.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, string? folder = null, params IEnumerable<(string Name, string? Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Starts a program with nothing on its standard input, and waits for its end.</summary>
    public static async Task<ProcessResult> RunAsync(
        string program, IEnumerable<string> arguments, string? folder = null, params IEnumerable<(string Name, string? Value)> environment)
    {
        await using var process = Start(program, arguments, folder, environment);
        process.Input.Close();
        return await process.WaitForEndAsync();
    }

    public async Task<ProcessResult> WaitForEndAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        await Task.WhenAll(Output.Completion, Error.Completion).WaitAsync(limit.Token);
        return new ProcessResult(_process.ExitCode, Output.ToString(), Error.ToString());
    }

    /// <summary>What a service manager does to end it.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>What Ctrl+C does.</summary>
    public Task InterruptAsync() => SignalAsync("INT");

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }
}

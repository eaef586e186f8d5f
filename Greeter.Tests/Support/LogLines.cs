using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Greeter.Tests;

/// <summary>Keeps what is logged, and lets a test wait for a line.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> All => _lines;

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    /// <summary>Waits for a line that contains the text; fails with what there was after a generous while.</summary>
    public Task<string> WaitForAsync(string text) => Eventually.FindAsync(
        () => _lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)),
        () => $"no log line contains '{text}'; there are:\n{string.Join('\n', _lines)}");

    public void Dispose()
    {
    }

    private sealed class Writer(LogLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                owner._lines.Enqueue($"{logLevel} {category} {formatter(state, exception)} {exception}");
        }
    }
}

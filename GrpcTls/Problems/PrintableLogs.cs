using Microsoft.Extensions.Logging;

namespace GrpcTls;

/// <summary>
/// Makes every line of a log, whoever writes it and whichever provider prints it, one line of bounded length without a
/// control character: frameworks log paths, statuses and exceptions as a peer sent them.
/// </summary>
/// <param name="inner">The factory that knows the providers and the levels; it is not disposed.</param>
public sealed class PrintableLogs(ILoggerFactory inner) : ILoggerFactory
{
    // In UTF-16 code units: an explanation with its values (PeerText) has up to some 3,000.
    private const int LongestMessage = 4000;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Printable(inner.CreateLogger(categoryName));

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The container made the inner factory, and disposes it.
    }

    private sealed class Printable(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        // The state goes through as it is: what writes fields (JSON, OTLP) escapes them by itself.
        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var printable = Clean(logLevel, exception);
            inner.Log(
                logLevel, eventId, state, printable, (said, _) => PeerText.Printable(formatter(said, exception), LongestMessage));
        }

        // Below Information somebody asked for exceptions as they are: each failed handshake has one, whose type is read.
        private static Exception? Clean(LogLevel level, Exception? exception) =>
            exception is null || level < LogLevel.Information || PeerText.Lines(exception.ToString(), indent: "") == exception.ToString()
                ? exception
                : new PrintableException(exception);
    }

    private sealed class PrintableException(Exception original) : Exception(PeerText.Printable(original.Message, PeerText.LongestValue))
    {
        public override string ToString() => PeerText.Lines(original.ToString());
    }
}

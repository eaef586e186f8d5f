using System.Collections.Concurrent;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Bounds the warnings and errors that a stranger can cause in other people's code (a frame, a message or a greeting out of
/// order): one of a kind in each <see cref="HandshakeRejections.Window"/>, with the number of those that were not logged.
/// </summary>
/// <param name="inner">The factory that knows the providers and the levels; it is not disposed.</param>
/// <param name="time">Tells when a window is over.</param>
/// <param name="categories">Beginnings of the categories that are bounded; others bound themselves, by finer causes.</param>
internal sealed class LimitedLogs(ILoggerFactory inner, TimeProvider time, params string[] categories) : ILoggerFactory
{
    // All three parts are constants of somebody's code: a peer cannot make up new ones.
    private readonly ConcurrentDictionary<(string Category, int Event, Type? Exception), LogRateLimit> _limits = new();

    public ILogger CreateLogger(string categoryName)
    {
        var logger = inner.CreateLogger(categoryName);
        var isLimited = Array.Exists(categories, begin => categoryName.StartsWith(begin, StringComparison.Ordinal));
        return isLimited ? new Limited(this, logger, categoryName) : logger;
    }

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        // The container made the inner factory, and disposes it.
    }

    private LogRateLimit Limit(string category, EventId eventId, Exception? exception) =>
        _limits.GetOrAdd((category, eventId.Id, exception?.GetType()), _ => new LogRateLimit(time, burst: 1, HandshakeRejections.Window));

    private sealed class Limited(LimitedLogs owner, ILogger logger, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var suppressed = 0L;
            if (!IsEnabled(logLevel))
                return;
            if (logLevel >= LogLevel.Warning && !owner.Limit(category, eventId, exception).TryTake(out suppressed))
                return;
            logger.Log(logLevel, eventId, state, exception, suppressed == 0
                ? formatter
                : (said, failure) => $"{formatter(said, failure)} ({suppressed} more like it were not logged)");
        }
    }
}

using System.Collections.Concurrent;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GrpcTls.AspNetCore
{
    /// <summary>
    /// Bounds the warnings and errors that a stranger can cause in other people's code (a frame, a message or a preface out of
    /// order): one of a kind in each <see cref="LogRateLimit.Window"/>, with the number of those that were not logged.
    /// </summary>
    /// <param name="inner">The factory that knows the providers and the levels; it is not disposed.</param>
    /// <param name="time">Tells when a window is over.</param>
    /// <param name="categories">Beginnings of the categories that are bounded; others bound themselves, by finer causes.</param>
    internal sealed class BoundedLogs(ILoggerFactory inner, TimeProvider time, params string[] categories) : ILoggerFactory
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
            _limits.GetOrAdd((category, eventId.Id, exception?.GetType()), _ => new LogRateLimit(time, burst: 1));

        private sealed class Limited(BoundedLogs owner, ILogger logger, string category) : ILogger
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
}

namespace Microsoft.Extensions.Logging
{
    /// <summary>Bounds what strangers can make a log say.</summary>
    public static class BoundedLoggingBuilderExtensions
    {
        /// <summary>
        /// Makes every line of the log, whichever provider prints it, one line of bounded length without control characters, and bounds
        /// warnings and errors of the frameworks (categories that begin with <c>Microsoft.</c>, <c>System.</c> or <c>Grpc.</c>): one of a
        /// kind in 10 seconds, with the number of those that were not logged.
        /// </summary>
        /// <param name="logging">The log. Call it after what replaces the logger factory.</param>
        /// <param name="categories">Beginnings of more categories that are bounded.</param>
        /// <returns>The log.</returns>
        public static ILoggingBuilder AddBoundedFrameworkLogs(this ILoggingBuilder logging, params string[] categories)
        {
            var factory = logging.Services.LastOrDefault(service => service.ServiceType == typeof(ILoggerFactory));
            if (factory?.ImplementationInstance is { } instance)
                logging.Services.AddSingleton(new Inner((ILoggerFactory)instance));
            else if (factory?.ImplementationFactory is { } make)
                logging.Services.AddSingleton(services => new Inner((ILoggerFactory)make(services)));
            else
                logging.Services.AddSingleton<LoggerFactory>()
                    .AddSingleton(services => new Inner(services.GetRequiredService<LoggerFactory>()));
            logging.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(services => new BoundedLogs(
                new PrintableLogs(services.GetRequiredService<Inner>().Factory), services.GetService<TimeProvider>() ?? TimeProvider.System,
                ["Microsoft.", "System.", "Grpc.", .. categories])));
            return logging;
        }

        private sealed record Inner(ILoggerFactory Factory);
    }
}

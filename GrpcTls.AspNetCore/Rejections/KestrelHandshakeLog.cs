namespace GrpcTls.AspNetCore;

/// <summary>
/// Hears what Kestrel says at Debug about handshakes, its only word on failures besides certificates, and reports those that a person
/// can fix; then the app's own log hears it, where it wants to. A connection that closes without finishing is a probe or a port scan:
/// not reported. Kestrel asks this service provider for its log, and gets this very object.
/// </summary>
internal sealed class KestrelHandshakeLog(IServiceProvider services, HandshakeRejections rejections) : IServiceProvider, ILoggerFactory
{
    private const string Category = "Microsoft.AspNetCore.Server.Kestrel.Https";

    // HttpsConnectionMiddleware's event; its handshake timeout is 10 seconds unless set otherwise.
    private const string TimedOut = "AuthenticationTimedOut";

    private readonly ILoggerFactory _logs = services.GetRequiredService<ILoggerFactory>();

    public object? GetService(Type serviceType) => serviceType == typeof(ILoggerFactory) ? this : services.GetService(serviceType);

    public ILogger CreateLogger(string categoryName)
    {
        var logger = _logs.CreateLogger(categoryName);
        return categoryName.StartsWith(Category, StringComparison.Ordinal) ? new Listener(logger, rejections) : logger;
    }

    public void AddProvider(ILoggerProvider provider) => _logs.AddProvider(provider);

    public void Dispose()
    {
        // The container made the app's factory, and disposes it.
    }

    private sealed class Listener(ILogger inner, HandshakeRejections rejections) : ILogger
    {
        private static string Remote => HandshakeContext.Current?.Remote ?? "somebody";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Debug || inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == TimedOut)
                rejections.Report(TlsProblems.HandshakeTimeout.With(("peer", Remote), ("limit", "the handshake's time limit")));
            else if (exception is not null && HandshakeFailure.ExplainOnServer(exception, Remote) is { } problem)
                rejections.Report(problem);
            if (inner.IsEnabled(logLevel))
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}

namespace GrpcTls.AspNetCore;

/// <summary>
/// Listens to what Kestrel says at Debug about handshakes, its only word on failures besides certificates, and reports
/// those that a person can fix. A connection that closes without finishing is a probe or a port scan: not reported.
/// </summary>
internal sealed class KestrelHandshakeLogListener(IServiceProvider services) : ILoggerProvider, ILogger
{
    public const string Category = "Microsoft.AspNetCore.Server.Kestrel.Https";

    // HttpsConnectionMiddleware's event; its handshake timeout is 10 seconds unless set otherwise.
    private const string TimedOut = "AuthenticationTimedOut";

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Debug;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == TimedOut)
            HandshakeRejections().Report(TlsProblems.HandshakeTimeout.With(("peer", Remote), ("limit", "the handshake's time limit")));
        else if (exception is not null && HandshakeFailure.ExplainOnServer(exception, Remote) is { } problem)
            HandshakeRejections().Report(problem);
    }

    public void Dispose()
    {
    }

    private static string Remote => HandshakeContext.Current?.Remote ?? "somebody";

    // Asked for when it is needed: refusals are logged, and the log is made of its providers.
    private HandshakeRejections HandshakeRejections() => services.GetRequiredService<HandshakeRejections>();
}

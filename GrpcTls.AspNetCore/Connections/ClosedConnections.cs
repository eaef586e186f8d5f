using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Tells of connections that a limit has closed: all in a metric, a few for each limit and <see cref="HandshakeRejections.Window"/> in the log.
/// </summary>
internal sealed partial class ClosedConnections(ILogger<ClosedConnections> logger, TimeProvider time, IMeterFactory meters)
{
    private readonly Counter<long> _counter = meters.Create(HandshakeRejections.Meter).CreateCounter<long>(
        "greeter.connections.refused", "{connection}", "Connections that were closed by a limit, by limit and port.");

    private readonly ConcurrentDictionary<(string Port, string Limit), LogRateLimit> _limits = new();

    /// <param name="port">The port.</param>
    /// <param name="remote">Whose connection it was.</param>
    /// <param name="limit">The setting, without its section.</param>
    /// <param name="value">Its value.</param>
    public void Report(ServerPort port, EndPoint? remote, string limit, object value)
    {
        var setting = $"{LimitsOptions.Section}:{limit}";
        _counter.Add(1, new("limit", setting), new("port", port.Name));
        var lines = _limits.GetOrAdd((port.Name, setting), _ => new LogRateLimit(time, HandshakeRejections.Burst, HandshakeRejections.Window));
        if (!lines.TryTake(out var suppressed))
            return;
        if (suppressed > 0)
            Log.Suppressed(logger, suppressed, port.Name, setting);
        Log.Closed(logger, port.Name, remote, setting, value);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "ConnectionClosed", Level = LogLevel.Warning,
            Message = "closed a connection to the {Port} port from {Remote}: {Limit} is {Value}")]
        public static partial void Closed(ILogger logger, string port, EndPoint? remote, string limit, object value);

        [LoggerMessage(EventId = 2, EventName = "ConnectionsClosedSuppressed", Level = LogLevel.Warning,
            Message = "{Count} more closed connections to the {Port} port ({Limit}) were not logged")]
        public static partial void Suppressed(ILogger logger, long count, string port, string limit);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Tells of connections that a limit has closed: all in a metric, a few for each limit and <see cref="LogRateLimit.Window"/> in the log.
/// </summary>
internal sealed partial class ClosedConnections(ILogger logger, TimeProvider time, Meter meter)
{
    private readonly Counter<long> _counter = meter.CreateCounter<long>(
        "grpctls.connections.refused", "{connection}", "Connections that were closed by a limit, by limit and endpoint.");

    private readonly ConcurrentDictionary<(string Endpoint, string Limit), LogRateLimit> _limits = new();

    /// <param name="context">The connection.</param>
    /// <param name="limit">The limit's name.</param>
    /// <param name="value">Its value.</param>
    public void Report(ConnectionContext context, string limit, object value)
    {
        var endpoint = context.Features.Get<TlsEndpointFeature>()?.Name ?? "unnamed";
        _counter.Add(1, new("limit", limit), new("endpoint", endpoint));
        var lines = _limits.GetOrAdd((endpoint, limit), _ => new LogRateLimit(time));
        if (!lines.TryTake(out var suppressed))
            return;
        if (suppressed > 0)
            Log.Suppressed(logger, suppressed, endpoint, limit);
        Log.Closed(logger, endpoint, context.RemoteEndPoint, limit, value);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "ConnectionClosed", Level = LogLevel.Warning,
            Message = "closed a connection to the {Endpoint} port from {Remote}: {Limit} is {Value}")]
        public static partial void Closed(ILogger logger, string endpoint, EndPoint? remote, string limit, object value);

        [LoggerMessage(EventId = 2, EventName = "ConnectionsClosedSuppressed", Level = LogLevel.Warning,
            Message = "{Count} more closed connections to the {Endpoint} port ({Limit}) were not logged")]
        public static partial void Suppressed(ILogger logger, long count, string endpoint, string limit);
    }
}

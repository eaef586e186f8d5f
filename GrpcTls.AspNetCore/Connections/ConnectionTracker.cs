using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Looks after open connections: a handshake is checked once, a connection may live for weeks. One whose client would no longer be
/// let in (see <see cref="Reverification"/>), or that has grown too old, is ended gracefully.
/// </summary>
internal sealed partial class ConnectionTracker(TlsConnectionOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How often connections are looked at for what time alone changes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<OpenConnection, bool> _open = new();
    private readonly ConcurrentBag<(TlsMaterialSource Source, Reverification Verifies)> _watched = [];
    private ITimer? _timer;

    /// <summary>How many connections are open.</summary>
    public int Count => _open.Count;

    public void Start() => _timer = time.CreateTimer(_ => EndExpired(), state: null, Interval, Interval);

    /// <summary>Verifies the clients of a source again whenever that changes.</summary>
    public void Watch(TlsMaterialSource source)
    {
        var verifies = new Reverification(
            source.Current, () => _open.Keys.Where(connection => connection.Handshake?.Source == source), Rejection, End, logger);
        _watched.Add((source, verifies));
        _ = Task.Run(verifies.RunAsync, CancellationToken.None);
        source.Changed += verifies.Request;
    }

    public void Dispose()
    {
        foreach (var (source, verifies) in _watched)
        {
            source.Changed -= verifies.Request;
            verifies.Stop();
        }

        _timer?.Dispose();
    }

    /// <summary>Part of Kestrel's pipeline, after the handshake.</summary>
    public ConnectionDelegate Track(ConnectionDelegate next) => async context =>
    {
        // Ten percent earlier or later, so that connections made together do not end together.
        var age = options.MaxConnectionAge * (0.9 + (Random.Shared.NextDouble() / 5));
        var connection = new OpenConnection(
            context, context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate, HandshakeContext.Current,
            age is null ? DateTimeOffset.MaxValue : time.GetUtcNow() + age.Value);
        _open[connection] = true;
        try
        {
            // The material may have changed between the handshake and this line.
            if (connection.Handshake is { Material: { } material, Source.Current: var newer }
                && !newer.TrustsLike(material) && Rejection(newer, connection) is { } reason)
                End(connection, reason);
            await next(context);
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    };

    // Why a client would not be let in today; one whose certificate cannot even be read would not be.
    private string? Rejection(TlsMaterial material, OpenConnection connection)
    {
        try
        {
            var problems = TlsHandshake.VerifyClient(
                material, connection.Certificate!, connection.Handshake?.Intermediates ?? [], time.GetUtcNow());
            return problems.Count > 0 ? problems[0].ToString() : null;
        }
        catch (Exception e)
        {
            return $"its certificate cannot be verified any more: {e.Message}";
        }
    }

    // What time alone changes: certificates and connections that end, and grace periods that are over.
    private void EndExpired()
    {
        var now = time.GetUtcNow();
        foreach (var connection in _open.Keys)
        {
            try
            {
                EndExpired(connection, now);
            }
            catch (Exception e)
            {
                Log.NotLookedAt(logger, connection, e); // On a timer it would end the process.
            }
        }
    }

    private void EndExpired(OpenConnection connection, DateTimeOffset now)
    {
        if (connection.EndingSince is { } since)
        {
            if (now - since >= options.ConnectionGrace)
                connection.Abort();
        }
        else if (connection.Certificate?.NotAfter.ToUniversalTime() < now)
        {
            End(connection, "its certificate has expired");
        }
        else if (connection.EndsAt < now)
        {
            End(connection, "it is older than MaxConnectionAge");
        }
    }

    private void End(OpenConnection connection, string reason)
    {
        if (connection.End(time.GetUtcNow()))
            Log.Ending(logger, connection, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "ConnectionEnding", Level = LogLevel.Information,
            Message = "ending the connection of {Connection}: {Reason}")]
        public static partial void Ending(ILogger logger, OpenConnection connection, string reason);

        [LoggerMessage(EventId = 2, EventName = "ConnectionNotLookedAt", Level = LogLevel.Error,
            Message = "the connection of {Connection} could not be ended")]
        public static partial void NotLookedAt(ILogger logger, OpenConnection connection, Exception exception);
    }
}

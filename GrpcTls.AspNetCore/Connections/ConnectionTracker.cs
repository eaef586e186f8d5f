using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Follows the files, and looks after open connections: a handshake is checked once, a connection may live for weeks. One
/// whose client would no longer be let in (see <see cref="Reverification"/>), or that has grown too old, is ended gracefully.
/// </summary>
internal sealed partial class ConnectionTracker(TlsMaterialSource? source, TimeSpan interval, LimitsOptions limits, TimeProvider time, ILoggerFactory logs)
    : IHostedService, IDisposable
{
    private readonly ILogger _logger = logs.CreateLogger<ConnectionTracker>();
    private readonly ConcurrentDictionary<OpenConnection, bool> _open = new();
    private Reverification? _reverification;
    private IDisposable? _following;
    private ITimer? _timer;

    /// <summary>How many connections are open.</summary>
    public int Count => _open.Count;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (source is not null)
        {
            _reverification = new Reverification(source.Current, () => _open.Keys, Refusal, End, _logger);
            _ = Task.Run(_reverification.RunAsync, CancellationToken.None);
            source.Changed += _reverification.Request;
            _following = source.Watch(interval, time, logs.CreateLogger<TlsMaterialSource>());
        }

        _timer = time.CreateTimer(_ => Look(), state: null, interval, interval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        if (_reverification is not null)
            source!.Changed -= _reverification.Request;
        _reverification?.Stop();
        _following?.Dispose();
        _timer?.Dispose();
    }

    /// <summary>Part of Kestrel's pipeline, after the handshake.</summary>
    public ConnectionDelegate Keep(ConnectionDelegate next) => async context =>
    {
        // Ten percent earlier or later, so that connections made together do not end together.
        var age = limits.MaxConnectionAge * (0.9 + (Random.Shared.NextDouble() / 5));
        var connection = new OpenConnection(
            context, context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate, HandshakeContext.Current,
            age is null ? DateTimeOffset.MaxValue : time.GetUtcNow() + age.Value);
        _open[connection] = true;
        try
        {
            // The material may have changed between the handshake and this line.
            if (connection.Handshake?.Material is { } material && source!.Current is var newer
                && !newer.TrustsLike(material) && Refusal(newer, connection) is { } reason)
                End(connection, reason);
            await next(context);
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    };

    // Why a client would not be let in today; one whose certificate cannot even be read would not be.
    private string? Refusal(TlsMaterial material, OpenConnection connection)
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
    private void Look()
    {
        var now = time.GetUtcNow();
        foreach (var connection in _open.Keys)
        {
            try
            {
                Look(connection, now);
            }
            catch (Exception e)
            {
                Log.NotLookedAt(_logger, connection, e); // On a timer it would end the process.
            }
        }
    }

    private void Look(OpenConnection connection, DateTimeOffset now)
    {
        if (connection.EndingSince is { } since)
        {
            if (now - since >= limits.ConnectionGrace)
                connection.Abort();
        }
        else if (connection.Certificate?.NotAfter.ToUniversalTime() < now)
        {
            End(connection, "its certificate has expired");
        }
        else if (connection.EndsAt < now)
        {
            End(connection, "it is older than Limits:MaxConnectionAge");
        }
    }

    private void End(OpenConnection connection, string reason)
    {
        if (connection.End(time.GetUtcNow()))
            Log.Ending(_logger, connection, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "ConnectionEnding", Level = LogLevel.Information, Message = "ending the connection of {Connection}: {Reason}")]
        public static partial void Ending(ILogger logger, OpenConnection connection, string reason);

        [LoggerMessage(EventId = 2, EventName = "ConnectionNotLookedAt", Level = LogLevel.Error,
            Message = "the connection of {Connection} could not be ended")]
        public static partial void NotLookedAt(ILogger logger, OpenConnection connection, Exception exception);
    }
}

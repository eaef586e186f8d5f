using System.Collections.Concurrent;
using Greeter.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Greeter.Server.Tls;

/// <summary>
/// Follows the files, and looks after open connections: a handshake is checked once, a connection may live for weeks. One
/// whose client would no longer be let in, or that has grown too old, is ended gracefully.
/// </summary>
internal sealed partial class ConnectionKeeper(TlsMaterialSource? source, TimeSpan interval, LimitsOptions limits, TimeProvider time, ILoggerFactory logs)
    : IHostedService, IDisposable
{
    private readonly ILogger _logger = logs.CreateLogger<ConnectionKeeper>();
    private readonly ConcurrentDictionary<OpenConnection, bool> _open = new();
    private IDisposable? _following;
    private ITimer? _timer;

    /// <summary>How many connections are open.</summary>
    public int Count => _open.Count;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (source is not null)
        {
            source.Changed += Verify;
            _following = source.Follow(interval, time, logs.CreateLogger<TlsMaterialSource>());
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
        source?.Changed -= Verify;
        _following?.Dispose();
        _timer?.Dispose();
    }

    /// <summary>Part of Kestrel's pipeline, after the handshake.</summary>
    public ConnectionDelegate Keep(ConnectionDelegate next) => async context =>
    {
        // Ten percent earlier or later, so that connections made together do not end together.
        var age = limits.MaxConnectionAge * (0.9 + (Random.Shared.NextDouble() / 5));
        var connection = new OpenConnection(
            context, context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate, HandshakeFlow.Current,
            age is null ? DateTimeOffset.MaxValue : time.GetUtcNow() + age.Value);
        _open[connection] = true;
        try
        {
            // The material may have changed between the handshake and this line.
            if (source is not null && connection.Handshake is { } handshake && handshake.Material is { } material && material != source.Current)
                Verify(connection, source.Current);
            await next(context);
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    };

    // New roots and new lists: who is still let in?
    private void Verify(TlsMaterial material)
    {
        foreach (var connection in _open.Keys)
            Verify(connection, material);
    }

    private void Verify(OpenConnection connection, TlsMaterial material)
    {
        if (connection is not { Certificate: { } certificate, EndingSince: null })
            return;
        var problems = TlsHandshake.VerifyClient(material, certificate, connection.Handshake?.Intermediates ?? [], time.GetUtcNow());
        if (problems.Count > 0)
            End(connection, problems[0].ToString());
    }

    // What time alone changes: certificates and connections that end, and grace periods that are over.
    private void Look()
    {
        var now = time.GetUtcNow();
        foreach (var connection in _open.Keys)
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
    }

    private void End(OpenConnection connection, string reason)
    {
        connection.End(time.GetUtcNow());
        Log.Ending(_logger, connection, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "ConnectionEnding", Level = LogLevel.Information, Message = "ending the connection of {Connection}: {Reason}")]
        public static partial void Ending(ILogger logger, OpenConnection connection, string reason);
    }
}

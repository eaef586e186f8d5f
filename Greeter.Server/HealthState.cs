using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Greeter.Server;

/// <summary>Whether the server serves: what ASP.NET Core's health checks said last, and NOT_SERVING from the moment it stops.</summary>
internal sealed class HealthState : IHealthCheckPublisher
{
    private readonly HashSet<string> _services;
    private readonly ConcurrentDictionary<HealthChanges, bool> _watchers = new();
    private readonly Lock _lock = new();
    private bool _isStopping;

    public HealthState(IHostApplicationLifetime lifetime, IEnumerable<string> services)
    {
        _services = ["", .. services];
        lifetime.ApplicationStopping.Register(Stop);
    }

    public ServingStatus Current { get; private set; } = ServingStatus.Serving;

    /// <summary>Whether there is such a service; the empty name is the whole server.</summary>
    public bool Knows(string service) => _services.Contains(service);

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        Set(report.Status == HealthStatus.Unhealthy ? ServingStatus.NotServing : ServingStatus.Serving);
        return Task.CompletedTask;
    }

    /// <summary>The current state and each change from now on, until the server stops.</summary>
    public HealthChanges Watch()
    {
        lock (_lock)
        {
            var changes = new HealthChanges(gone => _watchers.TryRemove(gone, out _), Current);
            _watchers[changes] = true;
            if (_isStopping)
                changes.End();
            return changes;
        }
    }

    private void Set(ServingStatus status)
    {
        lock (_lock)
        {
            if (Current == status || _isStopping)
                return;
            Current = status;
            foreach (var watcher in _watchers.Keys)
                watcher.Add(status);
        }
    }

    private void Stop()
    {
        lock (_lock)
        {
            Set(ServingStatus.NotServing);
            _isStopping = true;
            foreach (var watcher in _watchers.Keys)
                watcher.End();
        }
    }
}

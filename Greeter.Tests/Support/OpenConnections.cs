using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>How many connections a server has, and why those that have ended did, as Kestrel's own metrics tell.</summary>
internal sealed class OpenConnections : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _reasons = new();
    private long _open;
    private long _ever;

    public OpenConnections(TestServer server)
    {
        var scope = server.App.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "kestrel.active_connections" or "kestrel.connection.duration" && instrument.Meter.Scope == scope)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) =>
        {
            Interlocked.Add(ref _open, change);
            Interlocked.Add(ref _ever, Math.Max(change, 0));
        });
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => _reasons.Enqueue(tags.ToArray().FirstOrDefault(tag => tag.Key == "error.type").Value?.ToString() ?? "none"));
        _listener.Start();
    }

    public long Open => Interlocked.Read(ref _open);

    public long Ever => Interlocked.Read(ref _ever);

    /// <summary>Why connections have ended, each reason once.</summary>
    public IReadOnlySet<string> Reasons => _reasons.ToHashSet();

    public Task WaitForAsync(long count) => Eventually.TrueAsync(() => Open == count, () => $"{Open} connections are open, and not {count}");

    public void Dispose() => _listener.Dispose();
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>What a server's metric <c>grpctls.rejections</c> has counted, by problem and port.</summary>
internal sealed class RefusalCount : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly MeterListener _listener = new();

    public RefusalCount(TestServer server)
        : this(server.App.Services)
    {
    }

    public RefusalCount(IServiceProvider services)
    {
        // Tests run side by side: this server's meter has its container as the scope.
        var scope = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "grpctls.rejections" && instrument.Meter.Scope == scope)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, measurement, tags, _) =>
            _counts.AddOrUpdate(string.Join(' ', tags.ToArray().Select(tag => tag.Value)), measurement, (_, before) => before + measurement));
        _listener.Start();
    }

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public Task WaitForAsync(long total) => Eventually.TrueAsync(() => _counts.Values.Sum() >= total, () => $"counted only {string.Join(", ", _counts)}");

    public void Dispose() => _listener.Dispose();
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Greeter.Tls;

/// <summary>Refreshes a source in an interval, and tells what came of it: log, counters, gauges.</summary>
internal sealed partial class MaterialFollower : IDisposable
{
    private readonly TlsMaterialSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter = new("Greeter.Tls");
    private readonly Counter<long> _reloads;
    private readonly ExpiryWatch _expiry;
    private readonly ITimer _timer;
    private readonly TimeSpan _interval;

    public MaterialFollower(TlsMaterialSource source, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (_source, _interval, _time, _logger) = (source, interval, time, logger);
        _reloads = _meter.CreateCounter<long>("greeter.tls.reloads", "{reload}", "Changes of the files, by whether they were good or bad.");
        _meter.CreateObservableGauge("greeter.tls.certificate.time_left", TimeLeft, "s", "How long each certificate in use is still valid.");
        _expiry = new ExpiryWatch(logger);
        _timer = time.CreateTimer(_ => Tick(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        _expiry.Look(_source.Current, _time.GetUtcNow());
        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _meter.Dispose();
    }

    private void Tick()
    {
        try
        {
            var before = _source.Current;
            if (_source.Refresh(_time.GetUtcNow()) is { } failure)
            {
                _reloads.Add(1, new KeyValuePair<string, object?>("outcome", "bad"));
                Log.Kept(_logger, string.Join("; ", failure.Problems));
            }
            else if (_source.Current != before)
            {
                _reloads.Add(1, new KeyValuePair<string, object?>("outcome", "good"));
                Log.Changed(_logger, _source.Current);
            }

            _expiry.Look(_source.Current, _time.GetUtcNow());
        }
        finally
        {
            // One tick after the other: a slow disk must not pile them up.
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
        }
    }

    private IEnumerable<Measurement<double>> TimeLeft() => _source.Current.Certificates().Select(certificate =>
        new Measurement<double>(
            (certificate.NotAfter.ToUniversalTime() - _time.GetUtcNow()).TotalSeconds,
            new KeyValuePair<string, object?>("subject", certificate.Subject), new KeyValuePair<string, object?>("serial", certificate.SerialNumber)));

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "MaterialChanged", Level = LogLevel.Information, Message = "the files have changed, new connections use them: {Material}")]
        public static partial void Changed(ILogger logger, TlsMaterial material);

        [LoggerMessage(EventId = 2, EventName = "MaterialKept", Level = LogLevel.Error, Message = "the files have changed and cannot be used, the old ones stay in use: {Problems}")]
        public static partial void Kept(ILogger logger, string problems);
    }
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace GrpcTls;

/// <summary>Refreshes a source in an interval, and tells what came of it: log, counters, gauges.</summary>
internal sealed partial class TlsMaterialWatcher : IDisposable
{
    private readonly TlsMaterialSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter = new("GrpcTls");
    private readonly Counter<long> _reloads;
    private readonly ExpiryWatch _expiry;
    private readonly ITimer _timer;
    private readonly TimeSpan _interval;

    public TlsMaterialWatcher(TlsMaterialSource source, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (_source, _interval, _time, _logger) = (source, interval, time, logger);
        _reloads = _meter.CreateCounter<long>("greeter.tls.reloads", "{reload}", "Changes of the files, by whether they were good or bad.");
        _meter.CreateObservableGauge("greeter.tls.certificate.time_left", TimeLeft, "s", "How long each certificate in use is still valid.");
        _expiry = new ExpiryWatch(logger);
        _timer = time.CreateTimer(_ => Tick(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        Warn();
        _expiry.Look(_source.Current, _time.GetUtcNow());
        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _meter.Dispose();
    }

    // An exception out of a timer's callback would end the process: nothing that a file holds is worth that.
    private void Tick()
    {
        try
        {
            Refresh();
            _expiry.Look(_source.Current, _time.GetUtcNow());
        }
        catch (Exception e)
        {
            TryLogFailure(e);
        }
        finally
        {
            // One tick after the other: a slow disk must not pile them up.
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Refresh()
    {
        var (before, wasCurrent) = (_source.Current, _source.IsCurrent);
        if (_source.Refresh(_time.GetUtcNow(), failed: e => Log.SubscriberFailed(_logger, e.GetType(), e.Message)) is { } failure)
        {
            _reloads.Add(1, new KeyValuePair<string, object?>("outcome", "bad"));
            Log.Kept(_logger, string.Join("; ", failure.Problems));
        }
        else if (_source.Current != before)
        {
            _reloads.Add(1, new KeyValuePair<string, object?>("outcome", "good"));
            Log.Changed(_logger, _source.Current);
            Warn();
        }
        else if (!wasCurrent && _source.IsCurrent)
        {
            Log.Restored(_logger);
        }
    }

    private void Warn()
    {
        foreach (var warning in _source.Current.Warnings)
            Log.Warning(_logger, warning);
    }

    // A log may fail too, for example because its disk is full.
    private void TryLogFailure(Exception failure)
    {
        try
        {
            Log.Failed(_logger, failure.GetType(), failure.Message);
        }
        catch (Exception)
        {
            // There is nobody left to tell.
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

        [LoggerMessage(EventId = 4, EventName = "MaterialRestored", Level = LogLevel.Information,
            Message = "the files are good again: they hold what has stayed in use")]
        public static partial void Restored(ILogger logger);

        [LoggerMessage(EventId = 5, EventName = "SubscriberFailed", Level = LogLevel.Error,
            Message = "the files have changed and are in use, but somebody who was told about it failed: {Type}: {Reason}")]
        public static partial void SubscriberFailed(ILogger logger, Type type, string reason);

        [LoggerMessage(EventId = 6, EventName = "RefreshFailed", Level = LogLevel.Error,
            Message = "the files could not be looked at, the old set stays in use: {Type}: {Reason}")]
        public static partial void Failed(ILogger logger, Type type, string reason);

        [LoggerMessage(EventId = 7, EventName = "FileWarning", Level = LogLevel.Warning, Message = "{Problem}")]
        public static partial void Warning(ILogger logger, TlsProblem problem);
    }
}

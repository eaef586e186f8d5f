using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace GrpcTls;

/// <summary>Refreshes a source in an interval, and tells what came of it: log, counters, gauges.</summary>
internal sealed partial class TlsMaterialWatcher : IDisposable
{
    /// <summary>The meter of everything here that is counted.</summary>
    internal const string MeterName = "GrpcTls";

    // A certificate's end is told once when a third of its lifetime is left, and once more at a tenth.
    private static readonly int[] Parts = [3, 10];

    private readonly TlsMaterialSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter? _ownMeter;
    private readonly Counter<long> _reloads;
    private readonly HashSet<(string Thumbprint, string Problem, int Part)> _warned = [];
    private readonly ITimer _timer;
    private readonly TimeSpan _interval;
    private volatile bool _isDisposed;

    public TlsMaterialWatcher(TlsMaterialSource source, TimeSpan interval, TimeProvider time, ILogger logger, IMeterFactory? meters)
    {
        (_source, _interval, _time, _logger) = (source, interval, time, logger);
        // A factory's meter is shared and is the factory's to dispose.
        _ownMeter = meters is null ? new Meter(MeterName) : null;
        var meter = _ownMeter ?? meters!.Create(MeterName);
        _reloads = meter.CreateCounter<long>("grpctls.reloads", "{reload}", "Changes of the files, by whether they were good or bad.");
        meter.CreateObservableGauge("grpctls.certificate.time_left", TimeLeft, "s", "How long each certificate in use is still valid.");
        _timer = time.CreateTimer(_ => Tick(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        Warn();
        WarnOfExpiry();
        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
        _ownMeter?.Dispose();
    }

    // An exception out of a timer's callback would end the process: nothing that a file holds is worth that.
    private void Tick()
    {
        try
        {
            Refresh();
            WarnOfExpiry();
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

    private void WarnOfExpiry()
    {
        var now = _time.GetUtcNow();
        var certificates = _source.Current.Certificates().ToArray();
        foreach (var certificate in certificates)
        {
            var left = certificate.NotAfter.ToUniversalTime() - now;
            var part = Parts.LastOrDefault(part => left <= (certificate.NotAfter - certificate.NotBefore) / part);
            if (CertificateValidity.Expiry(certificate, now) is { } problem && _warned.Add((certificate.Thumbprint, problem.Id, part)))
                Log.Expires(_logger, problem);
        }

        // Certificates that are no longer in use are forgotten.
        _warned.RemoveWhere(warned => certificates.All(certificate => certificate.Thumbprint != warned.Thumbprint));
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

    private IEnumerable<Measurement<double>> TimeLeft() => _isDisposed ? [] : _source.Current.Certificates().Select(certificate =>
        new Measurement<double>(
            (certificate.NotAfter.ToUniversalTime() - _time.GetUtcNow()).TotalSeconds,
            new KeyValuePair<string, object?>("subject", certificate.Subject),
            new KeyValuePair<string, object?>("serial", certificate.SerialNumber)));

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "MaterialChanged", Level = LogLevel.Information,
            Message = "the files have changed, new connections use them: {Material}")]
        public static partial void Changed(ILogger logger, TlsMaterial material);

        [LoggerMessage(EventId = 2, EventName = "MaterialKept", Level = LogLevel.Error,
            Message = "the files have changed and cannot be used, the old ones stay in use: {Problems}")]
        public static partial void Kept(ILogger logger, string problems);

        [LoggerMessage(EventId = 3, EventName = "ExpiresSoon", Level = LogLevel.Warning, Message = "{Problem}")]
        public static partial void Expires(ILogger logger, TlsProblem problem);

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

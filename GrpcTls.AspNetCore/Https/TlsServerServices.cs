using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace GrpcTls.AspNetCore;

/// <summary>
/// What the endpoints of one host share. It is made when the first endpoint asks for it, so that <c>UseTls</c> needs no
/// registration of its own, and it ends with the host.
/// </summary>
internal sealed partial class TlsServerServices
{
    /// <summary>The meter of all instruments.</summary>
    public const string MeterName = "GrpcTls";

    // By the host's lifetime: of all that a container gives out, it is the same object for everybody.
    private static readonly ConditionalWeakTable<object, TlsServerServices> All = [];
    private static readonly Lock Making = new();

    private readonly IHostApplicationLifetime? _lifetime;
    private readonly ILogger _logger;
    private readonly HashSet<TlsMaterialSource> _watched = [];

    private TlsServerServices(IServiceProvider services, IHostApplicationLifetime? lifetime)
    {
        var logs = services.GetRequiredService<ILoggerFactory>();
        var meter = services.GetService<IMeterFactory>()?.Create(MeterName) ?? new Meter(MeterName);
        _lifetime = lifetime;
        _logger = logs.CreateLogger<TlsServerServices>();
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Options = services.GetService<IOptions<TlsConnectionOptions>>()?.Value ?? new TlsConnectionOptions();
        Rejections = new HandshakeRejections(logs.CreateLogger<HandshakeRejections>(), Time, meter);
        Closed = new ClosedConnections(logs.CreateLogger<ClosedConnections>(), Time, meter);
        Tracker = new ConnectionTracker(Options, Time, logs.CreateLogger<ConnectionTracker>());
        WhenStarted(Tracker.Start);
        lifetime?.ApplicationStopped.Register(Tracker.Dispose);
    }

    public TimeProvider Time { get; }

    public TlsConnectionOptions Options { get; }

    public HandshakeRejections Rejections { get; }

    public ClosedConnections Closed { get; }

    public ConnectionTracker Tracker { get; }

    public static TlsServerServices Of(IServiceProvider services)
    {
        var lifetime = services.GetService<IHostApplicationLifetime>();
        lock (Making)
            return All.GetValue((object?)lifetime ?? services, _ => new TlsServerServices(services, lifetime));
    }

    /// <summary>Calls when the host has started; where there is none, at once.</summary>
    public void WhenStarted(Action start)
    {
        if (_lifetime is null)
            start();
        else
            _lifetime.ApplicationStarted.Register(start);
    }

    /// <summary>Verifies clients again when their roots change, and says where the roots are too many to be told to clients.</summary>
    public void Watch(TlsMaterialSource source)
    {
        lock (_watched)
        {
            if (!_watched.Add(source))
                return;
        }

        Tracker.Watch(source);
        source.Changed += Advise;
        Advise(source.Current);
    }

    private void Advise(TlsMaterial material)
    {
        if (AnnouncedRoots.Problem(material.Roots) is { } problem)
            Log.Advice(_logger, problem);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "RootsNotAnnounced", Level = LogLevel.Warning, Message = "{Problem}")]
        public static partial void Advice(ILogger logger, TlsProblem problem);
    }
}

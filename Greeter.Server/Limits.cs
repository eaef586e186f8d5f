using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Greeter.Hosting;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Greeter.Server;

/// <summary>The section <c>Limits</c>: what a service on the internet sets on purpose, each with its reason.</summary>
internal sealed class LimitsOptions
{
    public const string Section = "Limits";

    /// <summary>
    /// How long a handshake may take, and after it (without TLS: after the connect) the HTTP/2 preface, which clients send at
    /// once. Two round trips and two signatures: even over a satellite this is plenty.
    /// </summary>
    [TimeRange("00:00:00.1", "00:05:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Connections at a time, on all ports but Health, which has as many again for itself: probes must not starve with the
    /// callers. One costs some 50 kB with TLS: 10,000 fit into half a gigabyte.
    /// </summary>
    [Range(1, 10_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Connections at a time of one address, or of one IPv6 /64. Empty: a tenth of <see cref="MaxConnections"/>, so that nine
    /// addresses leave room for a tenth; not below 10, because a client holds two while one replaces the other, and several
    /// clients may share an address. Behind a TCP proxy all connections have the proxy's: set it to what the proxy may open.
    /// </summary>
    [Range(1, 10_000_000)]
    public int? MaxConnectionsPerAddress { get; set; }

    /// <summary>Calls at a time on one connection. RFC 9113, section 6.5.2 advises not to go below 100.</summary>
    [Range(1, 100_000)]
    public int MaxStreamsPerConnection { get; set; } = 100;

    /// <summary>Bytes of one message, in either direction. gRPC's own limit is 4 MiB; names and greetings are short.</summary>
    [Range(1, int.MaxValue)]
    public int MaxMessageSize { get; set; } = 64 * 1024;

    /// <summary>
    /// Bytes of messages that wait in all calls together, half received or not taken by their clients; above it the call that
    /// has waited longest ends. Memory is about six times that: a message's text has two bytes for a letter, and so has its reply's.
    /// </summary>
    [Range(64 * 1024, int.MaxValue)]
    public int MaxBytesWaiting { get; set; } = 64 * 1024 * 1024;

    /// <summary>Bytes of a call's headers. gRPC languages send 8 KiB at the most by default; a token has about 0.5 KiB.</summary>
    [Range(1024, 1024 * 1024)]
    public int MaxHeadersSize { get; set; } = 16 * 1024;

    /// <summary>How long a call's headers may take to arrive.</summary>
    [TimeRange("00:00:00.1", "00:05:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection without calls is kept. Clients make a new one by themselves.</summary>
    [TimeRange("00:00:00.1", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How old a connection gets before it is ended gracefully and its client makes a new one, with a new handshake. Empty:
    /// for ever; certificates that end are seen anyway.
    /// </summary>
    [TimeRange("00:00:01", "365.00:00:00")]
    public TimeSpan? MaxConnectionAge { get; set; }

    /// <summary>How long calls in flight may go on when their connection is being ended.</summary>
    [TimeRange("00:00:00", "1.00:00:00")]
    public TimeSpan ConnectionGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how much silence a client is asked whether it is still there: a vanished one would hold its calls open.</summary>
    [TimeRange("00:00:01", "1.00:00:00")]
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long it may take to answer that.</summary>
    [TimeRange("00:00:01", "00:05:00")]
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Bytes in a second below which a request body or a reader of responses is cut off. Streams of messages are exempt: they may pause.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int MinDataRate { get; set; } = 240;

    /// <summary>
    /// Calls in a second of one caller, or of one address where nobody is known. Empty: no limit; the right number is the service's own.
    /// </summary>
    [Range(1, 10_000_000)]
    public int? CallsPerSecond { get; set; }

    private int ConnectionsPerAddress => MaxConnectionsPerAddress ?? Math.Max(10, MaxConnections / 10);

    /// <summary>A limit with these numbers, and a count of its own.</summary>
    public ConnectionLimit ToConnectionLimit() => new(MaxConnections, ConnectionsPerAddress);

    public void Apply(KestrelServerLimits kestrel)
    {
        kestrel.MaxConcurrentConnections = null; // Counted by ConnectionLimits.
        kestrel.MaxConcurrentUpgradedConnections = 0; // HTTP/2 has none.
        kestrel.MaxRequestBodySize = null; // A stream may be long; MaxMessageSize bounds each message.
        kestrel.MaxRequestHeadersTotalSize = MaxHeadersSize;
        kestrel.RequestHeadersTimeout = HeadersTimeout;
        kestrel.KeepAliveTimeout = IdleTimeout;
        kestrel.MinRequestBodyDataRate = new MinDataRate(MinDataRate, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.MinResponseDataRate = new MinDataRate(MinDataRate, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        kestrel.Http2.MaxRequestHeaderFieldSize = MaxHeadersSize;
        kestrel.Http2.KeepAlivePingDelay = KeepAlivePingDelay;
        kestrel.Http2.KeepAlivePingTimeout = KeepAlivePingTimeout;
    }
}

/// <summary>The connections of callers and those of probes are counted apart: who uses up the first does not stop the probes.</summary>
internal sealed class ConnectionLimits(LimitsOptions limits)
{
    public ConnectionLimit Callers { get; } = limits.ToConnectionLimit();

    public ConnectionLimit Probes { get; } = limits.ToConnectionLimit();

    public static ConnectionLimit Of(ListenOptions listen, PortKind port)
    {
        var limits = listen.ApplicationServices.GetRequiredService<ConnectionLimits>();
        return port == PortKind.Health ? limits.Probes : limits.Callers;
    }
}

/// <summary>Where the limits go: to the library, to gRPC and to Kestrel.</summary>
internal static class LimitsExtensions
{
    public static void AddLimits(this WebApplicationBuilder builder, SettingsReader settings)
    {
        var limits = settings.Read<LimitsOptions>(LimitsOptions.Section);
        builder.Services.AddSingleton(limits).AddSingleton<ConnectionLimits>();
        builder.Services.Configure<TlsConnectionOptions>(connections =>
        {
            connections.HandshakeTimeout = limits.HandshakeTimeout;
            connections.MaxConnectionAge = limits.MaxConnectionAge;
            connections.ConnectionGrace = limits.ConnectionGrace;
        });
        builder.Services.AddGrpc().AddMessageLimits(limits.MaxMessageSize, limits.MaxBytesWaiting);
        builder.WebHost.ConfigureKestrel(kestrel => limits.Apply(kestrel.Limits));
    }

    public static void UseCallLimit(this WebApplication app)
    {
        if (app.Services.GetRequiredService<LimitsOptions>().CallsPerSecond is { } calls)
            app.UseCallLimit(calls);
    }
}

/// <summary>The shortest and the longest time that a setting may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeRangeAttribute : RangeAttribute
{
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only the base's own IsValid converts by reflection.")]
    public TimeRangeAttribute(string minimum, string maximum)
        : base(typeof(TimeSpan), minimum, maximum)
    {
    }

    public override bool IsValid(object? value) => value is not TimeSpan time
        || (time >= TimeSpan.Parse((string)Minimum, CultureInfo.InvariantCulture)
            && time <= TimeSpan.Parse((string)Maximum, CultureInfo.InvariantCulture));
}

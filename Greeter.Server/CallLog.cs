using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.AspNetCore.Server;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace Greeter.Server;

/// <summary>One log event and one measurement for each call: who, how, what, with which status, and how long.</summary>
internal sealed partial class CallLog(RequestDelegate next, ILogger<CallLog> logger, IMeterFactory meters, TimeProvider time)
{
    public const string MeterName = "Greeter.Server";

    private const string Ok = "0";

    // The caller hung up, which is no fault of anybody: a Watch has no other end.
    private const string Cancelled = "1";

    private const string Unknown = "2";

    // A caller who is refused again and again must not fill a disk.
    private readonly ConcurrentDictionary<(string Method, string Status), LogRateLimit> _limits = new();

    private readonly Histogram<double> _duration = meters.Create(MeterName).CreateHistogram<double>(
        "greeter.call.duration", "s", "How long calls took, by method, transport and status.");

    public async Task InvokeAsync(HttpContext context)
    {
        var begun = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            Record(context, time.GetElapsedTime(begun));
        }
    }

    private void Record(HttpContext context, TimeSpan elapsed)
    {
        var transport = context.Features.Get<TlsEndpointFeature>()?.Name ?? "unknown";
        var status = Status(context);

        // From the endpoint, not from the path: a caller must not be able to make up names for a metric.
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName ?? "unknown";
        _duration.Record(elapsed.TotalSeconds, new("method", method), new("transport", transport), new("status", status));

        // A trusted client's common name may hold anything, too.
        var caller = PeerText.Printable(context.GetCaller()?.ToString() ?? "nobody");
        Activity.Current?.SetTag("rpc.method", method).SetTag("rpc.grpc.status_code", status)
            .SetTag("greeter.transport", transport).SetTag("greeter.caller", caller);
        var milliseconds = elapsed.TotalMilliseconds;
        if (status is Ok or Cancelled)
            Log.Called(logger, method, caller, transport, status, milliseconds);
        else if (_limits.GetOrAdd((method, status), _ => new LogRateLimit(time)).TryTake(out var suppressed))
        {
            if (suppressed > 0)
                Log.Suppressed(logger, suppressed, method, status);
            Log.Failed(logger, method, caller, transport, status, milliseconds);
        }
    }

    // A call that was refused before it began has its status in the headers, every other in the trailers. Who hangs up gets
    // none: what stands there then is only how the method was stopped.
    private static string Status(HttpContext context)
    {
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var status = (string?)trailers?["grpc-status"] ?? (string?)context.Response.Headers["grpc-status"];
        return (status is null or Unknown) && context.RequestAborted.IsCancellationRequested ? Cancelled : status ?? "none";
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "Called", Level = LogLevel.Information,
            Message = "{Method} by {Caller} over {Transport}: status {Status} in {Milliseconds:0.0} ms")]
        public static partial void Called(
            ILogger logger, string method, string caller, string transport, string status, double milliseconds);

        [LoggerMessage(EventId = 2, EventName = "CallFailed", Level = LogLevel.Warning,
            Message = "{Method} by {Caller} over {Transport}: status {Status} in {Milliseconds:0.0} ms")]
        public static partial void Failed(
            ILogger logger, string method, string caller, string transport, string status, double milliseconds);

        [LoggerMessage(EventId = 3, EventName = "CallsSuppressed", Level = LogLevel.Warning,
            Message = "{Count} more calls of {Method} with status {Status} were not logged")]
        public static partial void Suppressed(ILogger logger, long count, string method, string status);
    }
}

/// <summary>The log on standard error, telemetry where it is wanted, and what a caller is told about itself.</summary>
internal static class CallLogExtensions
{
    public static void AddCallLog(this WebApplicationBuilder builder)
    {
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddBoundedFrameworkLogs(typeof(SignInService).FullName!);

        // What keeps the server from starting is told in three lines, by Startup.
        builder.Logging.AddFilter<ConsoleLoggerProvider>("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddFilter<ConsoleLoggerProvider>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;

        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over this name.
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear().AddService("greeter-server").AddTelemetrySdk().AddEnvironmentVariableDetector())
            .WithTracing(traces => traces.AddSource("Microsoft.AspNetCore"))
            .WithMetrics(metrics => metrics.AddMeter(
                "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "GrpcTls", CallLog.MeterName))
            .UseOtlpExporter();
    }

    /// <summary>Logs and measures calls, and tells the caller by which port it came: <c>greeter-transport</c>.</summary>
    public static void UseCallLog(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            context.Response.Headers["greeter-transport"] = context.Features.Get<TlsEndpointFeature>()?.Name;
            return next(context);
        });
        app.UseMiddleware<CallLog>();
    }

    /// <summary>
    /// Tells who the server took the caller for, so that a person can see it. Percent-encoded: a common name may hold anything.
    /// </summary>
    public static void UseCallerHeader(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.GetCaller() is { } caller)
            context.Response.Headers["greeter-caller"] = GrpcStatusResponse.Encode(caller.ToString());
        return next(context);
    });

    /// <summary>Whether a call came by a port of that kind.</summary>
    public static bool IsOn(this HttpContext context, PortKind port) =>
        context.Features.Get<TlsEndpointFeature>()?.Name.Equals(port.ToString(), StringComparison.OrdinalIgnoreCase) == true;
}

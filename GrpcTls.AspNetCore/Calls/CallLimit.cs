using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GrpcTls.AspNetCore;

/// <summary>Limits on calls: how many in a second for one caller, how large a message, and how much waits in all.</summary>
internal static class CallLimit
{
    /// <summary>
    /// What one connection may send before a handler reads it: two of the largest messages by default, and more than HTTP/2's
    /// own 64 KiB, so that a message is not cut into many round trips. Kestrel's 1 MiB is for uploads.
    /// </summary>
    public const int ReceiveWindow = 128 * 1024;

    public static void AddMessageLimit(this IGrpcServerBuilder builder)
    {
        builder.Services.AddOptions<GrpcServiceOptions>().Configure<LimitsOptions>((grpc, limits) =>
            (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (limits.MaxMessageSize, limits.MaxMessageSize));
        builder.Services.AddSingleton<WaitingBytes>();
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            (kestrel.Limits.Http2.InitialConnectionWindowSize, kestrel.Limits.Http2.InitialStreamWindowSize) = (ReceiveWindow, ReceiveWindow);
            kestrel.Limits.MaxResponseBufferSize = 0; // What is written counts as waiting until it is sent.
        });
    }

    public static void UseWaitingBytes(this WebApplication app)
    {
        var all = app.Services.GetRequiredService<WaitingBytes>();
        app.Use((context, next) => WaitingCall.RunAsync(context, next, all));
    }

    /// <summary>Comes after authentication, to know the caller, and before authorization: refused calls count as well.</summary>
    public static void UseCallLimit(this WebApplication app)
    {
        if (app.Services.GetRequiredService<LimitsOptions>().CallsPerSecond is not { } calls)
            return;

        // Two tables: nobody can use up a known caller's calls without being known.
        var time = app.Services.GetRequiredService<TimeProvider>();
        var (callers, addresses) = (PerSecond(calls, time), PerSecond(calls, time));
        app.Use((context, next) =>
            (context.GetCaller() is { } caller ? callers.TryTake(caller.ToString()) : addresses.TryTake(CallerAddress.Of(CallerAddress.Of(context))))
                ? next(context)
                : context.RefuseAsync(StatusCode.ResourceExhausted, "too many calls; slow down"));
    }

    private static KeyedLimit PerSecond(int calls, TimeProvider time) => new(calls, TimeSpan.FromSeconds(1), time);
}

using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Limits on calls: how many in a second for one caller, how large a message, and how much waits in all.</summary>
public static class CallLimitExtensions
{
    /// <summary>
    /// What one connection may send before a handler reads it: more than HTTP/2's own 64 KiB, so that a message is not cut into many
    /// round trips. Kestrel's 1 MiB is for uploads.
    /// </summary>
    private const int ReceiveWindow = 128 * 1024;

    /// <summary>
    /// Bounds one message, in either direction, and how many bytes of messages wait in all calls together, half received or not taken
    /// by their clients: above that the call that has waited longest ends. Memory is about six times that: a message's text has two bytes
    /// for a letter, and so has its reply's. Needs <see cref="UseMessageLimits"/>.
    /// </summary>
    /// <param name="builder">What <c>AddGrpc</c> returns.</param>
    /// <param name="maxMessageSize">Bytes of one message.</param>
    /// <param name="maxBytesWaiting">Bytes that may wait in all.</param>
    /// <returns>The builder.</returns>
    public static IGrpcServerBuilder AddMessageLimits(this IGrpcServerBuilder builder, int maxMessageSize, long maxBytesWaiting)
    {
        builder.Services.Configure<GrpcServiceOptions>(grpc =>
            (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (maxMessageSize, maxMessageSize));
        builder.Services.AddSingleton(new WaitingBytes(maxBytesWaiting));
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.Http2.InitialConnectionWindowSize = ReceiveWindow;
            kestrel.Limits.Http2.InitialStreamWindowSize = ReceiveWindow;
            kestrel.Limits.MaxResponseBufferSize = 0; // What is written counts as waiting until it is sent.
        });
        return builder;
    }

    /// <summary>Counts what waits; see <see cref="AddMessageLimits"/>. Comes before everything that reads or writes messages.</summary>
    /// <param name="app">The app.</param>
    /// <returns>The app.</returns>
    public static IApplicationBuilder UseMessageLimits(this IApplicationBuilder app)
    {
        var all = app.ApplicationServices.GetRequiredService<WaitingBytes>();
        return app.Use((context, next) => WaitingCall.RunAsync(context, next, all));
    }

    /// <summary>
    /// Bounds the calls of one caller, or of one address where nobody is known; above it they end with RESOURCE_EXHAUSTED. Comes after
    /// authentication, to know the caller, and before authorization: refused calls count as well.
    /// </summary>
    /// <param name="app">The app.</param>
    /// <param name="callsPerSecond">Calls in a second.</param>
    /// <returns>The app.</returns>
    public static IApplicationBuilder UseCallLimit(this IApplicationBuilder app, int callsPerSecond)
    {
        // Two tables: nobody can use up a known caller's calls without being known.
        var time = app.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System;
        var (callers, addresses) = (PerSecond(callsPerSecond, time), PerSecond(callsPerSecond, time));
        return app.Use((context, next) => IsTaken(context, callers, addresses)
            ? next(context)
            : context.RefuseAsync(StatusCode.ResourceExhausted, "too many calls; slow down"));
    }

    /// <summary>
    /// Answers a message that cannot be parsed with INVALID_ARGUMENT. By itself gRPC answers UNKNOWN, and logs an error with a stack trace.
    /// Call it after everything else that adds gRPC: it takes the place of gRPC's own binding.
    /// </summary>
    /// <param name="builder">What <c>AddGrpc</c> returns.</param>
    /// <returns>The builder.</returns>
    public static IGrpcServerBuilder AddCheckedMessages(this IGrpcServerBuilder builder)
    {
        builder.Services.RemoveAll(typeof(IServiceMethodProvider<>));
        builder.Services.AddSingleton(typeof(IServiceMethodProvider<>), typeof(CheckedMethods<>));
        return builder;
    }

    private static bool IsTaken(HttpContext context, KeyedLimit callers, KeyedLimit addresses) => context.GetCaller() is { } caller
        ? callers.TryTake(caller.ToString())
        : addresses.TryTake(CallerAddress.Of(CallerAddress.Of(context)));

    private static KeyedLimit PerSecond(int calls, TimeProvider time) => new(calls, TimeSpan.FromSeconds(1), time);
}

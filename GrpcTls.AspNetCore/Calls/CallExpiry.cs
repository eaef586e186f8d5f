using Grpc.Core;

namespace GrpcTls.AspNetCore;

/// <summary>Ends a call with UNAUTHENTICATED when the proof that it began with (a token) expires: a stream could go on for weeks.</summary>
internal sealed class CallExpiry : EndingInterceptor
{
    protected override Status Status => new(StatusCode.Unauthenticated, "the token has expired: sign in again");

    /// <summary>Comes after authorization, and around the call with all its interceptors.</summary>
    public static async Task RunAsync(HttpContext context, RequestDelegate next, TimeProvider time)
    {
        if (context.Features.Get<CallerProof>()?.Caller is not { } caller || caller.ExpiresAt == DateTimeOffset.MaxValue)
        {
            await next(context);
            return;
        }

        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = caller.ExpiresAt - time.GetUtcNow();
        await using var timer = time.CreateTimer(
            _ => over.TrySetResult(), state: null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        var moment = new Moment(over.Task, new CancellationTokenSource());
        context.Features.Set(moment);
        await next(context);
        if (!over.Task.IsCompleted)
            return;

        // First the status, then the handler, which has not seen that its call is over: the other way round it aborts the call.
        await context.Response.CompleteAsync();
        await moment.Handler.CancelAsync();
    }

    protected override Task? Over(ServerCallContext context) => Of(context)?.Over;

    protected override ServerCallContext Context(ServerCallContext context) =>
        Of(context) is { } moment ? new EndedContext(context, moment.Handler) : context;

    private static Moment? Of(ServerCallContext context) => context.GetHttpContext().Features.Get<Moment>();

    /// <param name="Over">Completes when the proof has expired.</param>
    /// <param name="Handler">Ends the handler after its call.</param>
    private sealed record Moment(Task Over, CancellationTokenSource Handler);
}

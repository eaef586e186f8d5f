using Grpc.Core;

namespace Greeter.Server.Callers;

/// <summary>Ends a call with UNAUTHENTICATED when the token that it began with expires: a stream could go on for weeks.</summary>
internal sealed class TokenExpiry : EndingInterceptor
{
    protected override Status Status => new(StatusCode.Unauthenticated, "the token has expired: sign in again");

    /// <summary>Comes after authorization, and around the call with all its interceptors.</summary>
    public static async Task RunAsync(HttpContext context, RequestDelegate next, TimeProvider time)
    {
        if (context.Features.Get<CallerOfCall>()?.Caller is not { } caller || caller.ExpiresAt == DateTimeOffset.MaxValue)
        {
            await next(context);
            return;
        }

        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = context.RequestAborted;
        using var handler = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var left = caller.ExpiresAt - time.GetUtcNow();
        await using var timer = time.CreateTimer(
            _ => over.TrySetResult(), state: null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        context.Features.Set(new Moment(over.Task));
        context.RequestAborted = handler.Token;
        try
        {
            await next(context);
            if (!over.Task.IsCompleted)
                return;

            // First the status, then the handler, which has not seen that its call is over: its end would abort the call.
            await context.Response.CompleteAsync();
            await handler.CancelAsync();
        }
        finally
        {
            context.RequestAborted = aborted;
        }
    }

    protected override Task? Over(ServerCallContext context) => context.GetHttpContext().Features.Get<Moment>()?.Task;

    private sealed record Moment(Task Task);
}

namespace GrpcTls.AspNetCore;

/// <summary>
/// A stopping server takes no new connections and lets calls in flight finish for <see cref="Grace"/>; those that are
/// still open then end with UNAVAILABLE, which tells their clients to try elsewhere.
/// </summary>
internal sealed class Drain : IDisposable
{
    // Kubernetes kills after 30 s unless told otherwise; most calls are done in far less.
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;

    public Drain(IHostApplicationLifetime lifetime, TimeProvider time)
    {
        _timer = time.CreateTimer(_ => _over.TrySetResult(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lifetime.ApplicationStopping.Register(() => _timer.Change(Grace, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Completes when a stopping server's patience is over.</summary>
    public Task Over => _over.Task;

    public void Dispose() => _timer.Dispose();
}

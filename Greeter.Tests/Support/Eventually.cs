namespace Greeter.Tests;

/// <summary>Waits for a condition, not for a time: the limit is only there so that a broken test ends.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<T> FindAsync<T>(Func<T?> find, Func<string> otherwise)
        where T : class
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            if (find() is { } found)
                return found;
            if (limit.IsCancellationRequested)
                throw new TimeoutException(otherwise());
            await timer.WaitForNextTickAsync();
        }
    }

    public static Task TrueAsync(Func<bool> condition, Func<string> otherwise) => FindAsync(() => condition() ? "true" : null, otherwise);
}

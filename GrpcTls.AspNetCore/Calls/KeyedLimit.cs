namespace GrpcTls.AspNetCore;

/// <summary>
/// So many in a window of time for each key, in constant memory: keys share a fixed number of counters, by .NET's hash of
/// texts, which has a random key in each process. Nobody can choose a key that shares another's counter.
/// </summary>
/// <param name="permits">How many in a window.</param>
/// <param name="window">How long a window is; it begins with the first.</param>
/// <param name="time">Tells when a window is over.</param>
public sealed class KeyedLimit(int permits, TimeSpan window, TimeProvider time)
{
    /// <summary>256 KiB. With 1,000 busy keys, one in sixteen shares its counter with another.</summary>
    public const int Counters = 16_384;

    private readonly Lock _lock = new();
    private readonly (long Begun, int Taken)[] _counters = new (long, int)[Counters];

    /// <summary>Whether the key has one left, which is then taken.</summary>
    /// <param name="key">The key.</param>
    public bool TryTake(string key)
    {
        lock (_lock)
        {
            ref var counter = ref _counters[Slot(key)];
            if (time.GetElapsedTime(counter.Begun) >= window)
                counter = (time.GetTimestamp(), 0);
            if (counter.Taken == permits)
                return false;
            counter.Taken++;
            return true;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    /// <param name="key">The key.</param>
    public void Return(string key)
    {
        lock (_lock)
        {
            ref var counter = ref _counters[Slot(key)];
            counter.Taken = Math.Max(0, counter.Taken - 1);
        }
    }

    /// <summary>The number of the key's counter.</summary>
    /// <param name="key">The key.</param>
    public static int Slot(string key) => (int)((uint)key.GetHashCode(StringComparison.Ordinal) % Counters);
}

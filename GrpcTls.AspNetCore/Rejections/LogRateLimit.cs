namespace GrpcTls.AspNetCore;

/// <summary>
/// Lets a few lines of one kind through in each window of time and counts the rest: what a stranger causes cannot fill a disk.
/// </summary>
/// <param name="time">Tells when a window is over.</param>
/// <param name="burst">How many are let through in one window.</param>
public sealed class LogRateLimit(TimeProvider time, int burst = LogRateLimit.Burst)
{
    /// <summary>How many are let through in one window by default.</summary>
    public const int Burst = 5;

    /// <summary>How long a window is: 10 seconds.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long _begun = time.GetTimestamp();
    private int _taken;
    private long _suppressed;

    /// <summary>Whether one more is let through.</summary>
    /// <param name="suppressed">How many were not let through since the last that was.</param>
    public bool TryTake(out long suppressed)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_begun) >= Window)
                (_begun, _taken) = (time.GetTimestamp(), 0);
            if (_taken == burst)
            {
                suppressed = ++_suppressed;
                return false;
            }

            _taken++;
            (suppressed, _suppressed) = (_suppressed, 0);
            return true;
        }
    }
}

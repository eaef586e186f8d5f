namespace GrpcTls.AspNetCore;

/// <summary>Lets a few through in each window of time and counts the rest.</summary>
internal sealed class LogRateLimit(TimeProvider time, int burst, TimeSpan window)
{
    private readonly Lock _lock = new();
    private long _begun = time.GetTimestamp();
    private int _taken;
    private long _suppressed;

    /// <param name="suppressed">How many were not let through since the last that was.</param>
    public bool TryTake(out long suppressed)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_begun) >= window)
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

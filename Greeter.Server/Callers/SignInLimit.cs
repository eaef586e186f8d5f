using System.Threading.RateLimiting;

namespace Greeter.Server.Callers;

/// <summary>
/// How often anybody may try a password. The user's limit comes first: attempts that it refuses take nothing from the
/// address's, so that guessing one password does not lock out others behind the same address.
/// </summary>
internal sealed class SignInLimit(SignInOptions settings) : IDisposable
{
    private readonly PartitionedRateLimiter<(string User, string Address)> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<(string User, string Address), string>(
            attempt => RateLimitPartition.GetFixedWindowLimiter(attempt.User, _ => Window(settings.AttemptsPerUser))),
        PartitionedRateLimiter.Create<(string User, string Address), string>(
            attempt => RateLimitPartition.GetFixedWindowLimiter(attempt.Address, _ => Window(settings.AttemptsPerAddress))));

    public bool Allows(string user, string address)
    {
        using var lease = _limiter.AttemptAcquire((user, address));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();

    private static FixedWindowRateLimiterOptions Window(int permits) => new() { PermitLimit = permits, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 };
}

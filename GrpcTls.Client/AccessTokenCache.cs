using Grpc.Core;

namespace GrpcTls.Client;

/// <summary>
/// A token that goes along with each call: fetched once, kept in memory, and fetched again before it expires. One that still
/// counts is used while the next is fetched, and for as long as that fails. Compose <see cref="Credentials"/> with a
/// channel's credentials; a channel without TLS refuses them.
/// </summary>
/// <param name="fetch">Gets a new token and when it expires; null where nobody says.</param>
/// <param name="time">Tells how old it is.</param>
internal sealed class AccessTokenCache(Func<CancellationToken, Task<(string Token, DateTimeOffset? ExpiresAt)>> fetch, TimeProvider time)
{
    /// <summary>How long a fetch may take: one that hangs must not hold up every call for ever.</summary>
    public static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(30);

    /// <summary>The pause after a fetch that failed; twice as long after each further one, up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <summary>So an outage costs five fetches in its first minute: the server's default of SignIn:AttemptsPerUser.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // A call that starts now must still be good when it arrives; a tenth of the lifetime covers clocks that differ a little.
    private const int Tenth = 10;

    // What counts as the lifetime where nobody says one, or by this clock it is over already. One fetch for each call is worse.
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Task<Held>? _fetch;
    private Held? _held;
    private TimeSpan _pause;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    public CallCredentials Credentials => CallCredentials.FromInterceptor(async (context, metadata) =>
        metadata.Add("authorization", $"Bearer {await GetAsync(context.CancellationToken)}"));

    /// <summary>The current token, fetched first where there is none. Calls that wait share one fetch, and its failure.</summary>
    /// <param name="stop">Ends the wait; the fetch goes on for the others.</param>
    public async Task<string> GetAsync(CancellationToken stop)
    {
        Task<Held> pending;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_held is not null && now < _held.RenewAt)
                return _held.Token;
            if (_fetch is null or { IsCompleted: true } && now >= _next)
                _fetch = Begin();
            if (_held is not null && now < _held.ExpiresAt)
                return _held.Token;
            pending = _fetch!;
        }

        return (await pending.WaitAsync(stop).ConfigureAwait(false)).Token;
    }

    // It belongs to all calls, so nothing of the flow of the one that happens to be the first goes along.
    private Task<Held> Begin()
    {
        using var apart = ExecutionContext.SuppressFlow();
        var begun = Task.Run(FetchAsync);
        _ = begun.ContinueWith(static failed => _ = failed.Exception, TaskScheduler.Default); // Perhaps nobody waits.
        return begun;
    }

    private async Task<Held> FetchAsync()
    {
        using var limit = new CancellationTokenSource(FetchLimit, time);
        try
        {
            var (token, expiresAt) = await fetch(limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            var now = time.GetUtcNow();
            var lifetime = expiresAt > now ? expiresAt.Value - now : UnknownLifetime;
            lock (_lock)
            {
                (_pause, _next) = (TimeSpan.Zero, DateTimeOffset.MinValue);
                return _held = new Held(token, now + lifetime - (lifetime / Tenth), now + lifetime);
            }
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                _next = time.GetUtcNow() + _pause;
            }

            if (e is OperationCanceledException && limit.IsCancellationRequested)
                throw new TimeoutException($"no token within {FetchLimit.TotalSeconds:0} s", e);
            throw;
        }
    }

    // A class and not a record: a record would print the token.
    private sealed class Held(string token, DateTimeOffset renewAt, DateTimeOffset expiresAt)
    {
        public string Token => token;

        public DateTimeOffset RenewAt => renewAt;

        public DateTimeOffset ExpiresAt => expiresAt;
    }
}

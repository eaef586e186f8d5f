using Grpc.Core;

namespace GrpcTls.Client;

/// <summary>
/// A token that goes along with each call: fetched once, cached in memory, and fetched again before it expires. A token that is still
/// valid is used while the next one is fetched, and for as long as that fails. Compose <see cref="Credentials"/> with a
/// channel's credentials; a channel without TLS refuses them. Safe to use from any thread.
/// </summary>
/// <param name="fetch">Gets a new token and when it expires; null where that is not known: then it is cached for a minute.</param>
/// <param name="time">The clock that the token's age is measured with.</param>
public sealed class AccessTokenCache(Func<CancellationToken, Task<(string Token, DateTimeOffset? ExpiresAt)>> fetch, TimeProvider time)
{
    /// <summary>How long a fetch may take, 30 s: one that hangs must not hold up every call for ever.</summary>
    public static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(30);

    /// <summary>The pause after a fetch that failed, 2 s; twice as long after each further one, up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause after failed fetches, 30 s: an outage costs five fetches in its first minute.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // A call that starts now must still be good when it arrives; a tenth of the lifetime covers clocks that differ a little.
    private const int Tenth = 10;

    // What counts as the lifetime where nobody says one, or by this clock it is over already. One fetch for each call is worse.
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Task<CachedToken>? _fetch;
    private CachedToken? _cached;
    private TimeSpan _pause;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Adds the current token to each call, as <c>authorization: Bearer</c>.</summary>
    public CallCredentials Credentials => CallCredentials.FromInterceptor(async (context, metadata) =>
        metadata.Add("authorization", $"Bearer {await GetAsync(context.CancellationToken).ConfigureAwait(false)}"));

    /// <summary>The current token, fetched first where there is none. Calls that wait share one fetch, and its failure.</summary>
    /// <param name="cancellationToken">Ends the wait; the fetch goes on for the others.</param>
    /// <exception cref="TimeoutException">
    /// The fetch took longer than <see cref="FetchLimit"/>. What it throws itself is not wrapped.
    /// </exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        Task<CachedToken> pending;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_cached is not null && now < _cached.RenewAt)
                return _cached.Token;
            if (_fetch is null or { IsCompleted: true } && now >= _next)
                _fetch = Begin();
            if (_cached is not null && now < _cached.ExpiresAt)
                return _cached.Token;
            pending = _fetch!;
        }

        return (await pending.WaitAsync(cancellationToken).ConfigureAwait(false)).Token;
    }

    // It belongs to all calls, so nothing of the flow of the one that happens to be the first goes along.
    private Task<CachedToken> Begin()
    {
        using var apart = ExecutionContext.SuppressFlow();
        var begun = Task.Run(FetchAsync);
        _ = begun.ContinueWith(static failed => _ = failed.Exception, TaskScheduler.Default); // Perhaps nobody waits.
        return begun;
    }

    private async Task<CachedToken> FetchAsync()
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
                return _cached = new CachedToken(token, now + lifetime - (lifetime / Tenth), now + lifetime);
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
                throw new TimeoutException("no token within 30 s", e);
            throw;
        }
    }

    // A class and not a record: a record would print the token.
    private sealed class CachedToken(string token, DateTimeOffset renewAt, DateTimeOffset expiresAt)
    {
        public string Token => token;

        public DateTimeOffset RenewAt => renewAt;

        public DateTimeOffset ExpiresAt => expiresAt;
    }
}

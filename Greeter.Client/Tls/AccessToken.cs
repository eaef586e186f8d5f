using Grpc.Core;

namespace Greeter.Client.Tls;

/// <summary>
/// A token that goes along with each call: fetched once, kept in memory, and fetched again before it expires. Compose
/// <see cref="Credentials"/> with a channel's credentials; a channel without TLS refuses them.
/// </summary>
/// <param name="fetch">Gets a new token and when it expires.</param>
/// <param name="time">Tells how old it is.</param>
internal sealed class AccessToken(Func<CancellationToken, Task<(string Token, DateTimeOffset ExpiresAt)>> fetch, TimeProvider time)
{
    // A call that starts now must still be good when it arrives; a tenth of the lifetime covers clocks that differ a little.
    private const int Tenth = 10;

    private readonly Lock _lock = new();
    private Task<Held>? _current;

    public CallCredentials Credentials => CallCredentials.FromInterceptor(async (context, metadata) =>
        metadata.Add("authorization", $"Bearer {await GetAsync(context.CancellationToken)}"));

    /// <summary>The current token, fetched first where there is none or it is about to expire. Calls that wait share one fetch.</summary>
    public async Task<string> GetAsync(CancellationToken stop)
    {
        Task<Held> token;
        lock (_lock)
        {
            if (_current is null or { IsFaulted: true } or { IsCanceled: true } || (_current.IsCompleted && time.GetUtcNow() >= _current.Result.RenewAt))
                _current = FetchAsync();
            token = _current;
        }

        return (await token.WaitAsync(stop)).Token;
    }

    private async Task<Held> FetchAsync()
    {
        var (token, expiresAt) = await fetch(CancellationToken.None);
        return new Held(token, expiresAt - ((expiresAt - time.GetUtcNow()) / Tenth));
    }

    // A class and not a record: a record would print the token.
    private sealed class Held(string token, DateTimeOffset renewAt)
    {
        public string Token => token;

        public DateTimeOffset RenewAt => renewAt;
    }
}

using System.Net.Sockets;

namespace GrpcTls.Client;

/// <summary>
/// Looks into why connections to one target fail, where their own handshakes saw nothing: goes there once more with the same material.
/// All requests that fail together share the answer, and while the target stays broken the next look comes later and later.
/// </summary>
/// <param name="host">The address's host.</param>
/// <param name="port">The address's port.</param>
/// <param name="serverName">The name to verify instead of the host; null for that.</param>
/// <param name="time">Tells how old an answer is.</param>
internal sealed class FailureDiagnosis(string host, int port, string? serverName, TimeProvider time)
{
    // Where nothing is wrong, a failure a second later may have another cause.
    private static readonly TimeSpan WhileGood = TimeSpan.FromSeconds(1);

    // Where it is broken it rarely changes: a thousand calls that fail are one look in this time, and then in twice as long each time.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Task<TlsDiagnosis>? _probe;
    private TlsMaterial? _probed;
    private TimeSpan _pause = FirstPause;
    private long _begun;

    /// <summary>What is in the way; null where nothing can be said in time.</summary>
    /// <param name="failure">What the request failed with. It must not be hidden by what goes wrong here.</param>
    /// <param name="material">Identity and roots of the request; null for an insecure one.</param>
    /// <param name="limit">How long it may take; a probe ends by itself, each of its steps after 5 s.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any more; the probe goes on for the others.</param>
    public async Task<IReadOnlyList<TlsProblem>?> ExplainAsync(
        Exception failure, Func<TlsMaterial?> material, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (limit <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
            return null;
        try
        {
            var probe = ProbeAsync(material(), Ending(failure));
            var diagnosis = await probe.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
            return diagnosis.Problems.Count > 0 ? diagnosis.Problems : [TlsProblems.ConnectionLost.With(
                ("address", $"{(_probed is null ? "http" : "https")}://{Host}:{port}"),
                ("reason", $"{failure.GetBaseException().Message.TrimEnd('.')}; a new connection works"))];
        }
        catch (Exception)
        {
            return null;
        }
    }

    private string Host => Uri.CheckHostName(host) == UriHostNameType.IPv6 ? $"[{host}]" : host;

    private Task<TlsDiagnosis> ProbeAsync(TlsMaterial? current, string? ending)
    {
        lock (_lock)
        {
            var isSame = _probe is not null && IsLike(_probed, current);
            if (isSame && (!_probe!.IsCompleted || time.GetElapsedTime(_begun) < (IsGood(_probe) ? WhileGood : _pause)))
                return _probe;
            _pause = isSame && !IsGood(_probe!) ? Shorter(_pause * 2, LongestPause) : FirstPause;
            (_probed, _begun) = (current, time.GetTimestamp());

            // It belongs to all requests, so nothing of the flow of the one that happens to be the first goes along.
            using var apart = ExecutionContext.SuppressFlow();
            return _probe = Task.Run(() => new TlsProbe(host, port, current, serverName) { Ending = ending }.RunAsync());
        }
    }

    // Material that shows no identity is made anew for each request; roots and identity are not.
    private static bool IsLike(TlsMaterial? one, TlsMaterial? other) => one?.Identity == other?.Identity && one?.Roots == other?.Roots;

    private static bool IsGood(Task<TlsDiagnosis> probe) => probe is { IsCompletedSuccessfully: true, Result.Problems.Count: 0 };

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // How the server closed a connection before it said anything; null where it did not, or nobody knows.
    private static string? Ending(Exception failure)
    {
        var reason = HandshakeFailure.Reason(failure);
        if (reason.Contains("alert", StringComparison.OrdinalIgnoreCase))
            return reason;
        if (!TlsFailure.Chain(failure).Any(TlsFailure.IsUnanswered))
            return null;
        return failure.GetBaseException() is SocketException ? reason : "the connection was closed";
    }
}

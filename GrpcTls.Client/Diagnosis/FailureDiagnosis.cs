using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace GrpcTls.Client;

/// <summary>
/// Says what is in the way of a call that failed below gRPC. Mostly the failing handshake knows it, and its exception carries
/// it. Where it saw nothing, this goes to the server once more with the same material; calls that fail together share the answer.
/// </summary>
/// <param name="address">Where the calls go.</param>
/// <param name="material">Gives identity and roots of the calls; null for insecure ones.</param>
/// <param name="serverName">The name to verify instead of the address's; null for that.</param>
/// <param name="time">Tells how old an answer is, and when a call's time is over.</param>
internal sealed class FailureDiagnosis(Uri address, Func<TlsMaterial?> material, string? serverName, TimeProvider time)
{
    // Where nothing is wrong, a failure a second later may have another cause.
    private static readonly TimeSpan WhileGood = TimeSpan.FromSeconds(1);

    // Where it is broken it rarely changes: a thousand calls that fail are one look in this time.
    private static readonly TimeSpan WhileBroken = TimeSpan.FromSeconds(10);

    // A probe ends by itself, each of its steps after 5 s; this only keeps a deadline in the far future out of the timer.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Task<TlsDiagnosis>? _probe;
    private TlsMaterial? _probed;
    private long _begun;

    /// <summary>Whether a status comes from the connection, and not from the service or from code of this program.</summary>
    public static bool IsBelowGrpc(Status status) =>
        status.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown
        && status.DebugException is not TlsException && Chain(status.DebugException).Any(IsOfConnection);

    /// <summary>The same failure with the cause: its code is kept.</summary>
    /// <param name="failure">What the call ended with.</param>
    /// <param name="deadline">The call's; whatever is not known by then is not told.</param>
    /// <param name="stop">The call's: nobody waits any more.</param>
    public async Task<RpcException> ExplainAsync(RpcException failure, DateTime? deadline, CancellationToken stop)
    {
        var problems = Chain(failure.Status.DebugException).OfType<TlsException>().FirstOrDefault()?.Problems
            ?? await LookAsync(failure.Status.DebugException!, deadline, stop).ConfigureAwait(false);
        if (problems is null)
            return failure;
        var explained = new TlsException(problems, failure);
        return new RpcException(new Status(failure.StatusCode, string.Join("; ", problems), explained), failure.Trailers);
    }

    // Null where nothing can be said in time. The caller asked for the call: what goes wrong here must not hide its failure.
    private async Task<IReadOnlyList<TlsProblem>?> LookAsync(Exception failure, DateTime? deadline, CancellationToken stop)
    {
        var left = deadline is { } end ? end.ToUniversalTime() - time.GetUtcNow().UtcDateTime : Longest;
        if (left <= TimeSpan.Zero || stop.IsCancellationRequested)
            return null;
        try
        {
            var diagnosis = await ProbeAsync(Ending(failure)).WaitAsync(left < Longest ? left : Longest, time, stop).ConfigureAwait(false);
            return diagnosis.Problems.Count > 0
                ? diagnosis.Problems
                : [TlsProblems.ConnectionLost.With(("address", address), ("reason", failure.GetBaseException().Message.TrimEnd('.')))];
        }
        catch (Exception)
        {
            return null;
        }
    }

    private Task<TlsDiagnosis> ProbeAsync(string? ending)
    {
        lock (_lock)
        {
            var current = material();
            var isFresh = _probe is not null && _probed == current
                && (!_probe.IsCompleted || time.GetElapsedTime(_begun) < (IsGood(_probe) ? WhileGood : WhileBroken));
            if (isFresh)
                return _probe!;
            (_probed, _begun) = (current, time.GetTimestamp());
            return _probe = Task.Run(() => ChannelAddress.Probe(address, current, serverName, ending).RunAsync());
        }
    }

    private static bool IsGood(Task<TlsDiagnosis> probe) => probe is { IsCompletedSuccessfully: true, Result.Problems.Count: 0 };

    /// <summary>How the server closed a connection before it said anything; null where it did not, or nobody knows.</summary>
    private static string? Ending(Exception failure)
    {
        var reason = HandshakeFailure.Reason(failure);
        if (reason.Contains("alert", StringComparison.OrdinalIgnoreCase))
            return reason;
        if (!Chain(failure).Any(IsUnanswered))
            return null;
        return failure.GetBaseException() is SocketException ? reason : "the connection was closed";
    }

    // .NET's word for a connection that ended before the server's SETTINGS; a kind of its own it is not.
    private static bool IsUnanswered(Exception exception) =>
        exception.Message.Contains("did not complete the HTTP/2 handshake", StringComparison.Ordinal);

    // One stream that was reset is the service's answer to one call, by whatever code; the connection goes on.
    private static bool IsOfConnection(Exception exception) => exception switch
    {
        TlsException or SocketException or AuthenticationException => true,
        HttpProtocolException => !exception.Message.Contains("reset the stream", StringComparison.Ordinal),
        HttpIOException => true,
        HttpRequestException { HttpRequestError: not (HttpRequestError.Unknown or HttpRequestError.HttpProtocolError) } => true,
        _ => IsUnanswered(exception),
    };

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }
}

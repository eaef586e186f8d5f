using Greeter.Tls;
using Grpc.Core;

namespace Greeter.Client.Tls;

/// <summary>Goes to the server once more, with the same material, and says what is in the way. Calls that fail together share one answer.</summary>
/// <param name="address">Where the calls go.</param>
/// <param name="material">Gives identity and roots of the calls; null for insecure ones.</param>
/// <param name="serverName">The name to verify instead of the address's; null for that.</param>
/// <param name="time">Tells how old an answer is.</param>
internal sealed class ConnectionExplainer(Uri address, Func<TlsMaterial?> material, string? serverName, TimeProvider time)
{
    // A hundred calls that fail at once ask once; a failure a second later may have another cause.
    private static readonly TimeSpan Shared = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<TlsDiagnosis>? _probe;
    private long _begun;

    /// <summary>Whether a status comes from the connection and not from the service: only those carry an exception.</summary>
    public static bool IsBelowGrpc(Status status) =>
        status.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown && status.DebugException is not null and not TlsException;

    /// <summary>The same failure with the cause: its code is kept.</summary>
    public async Task<RpcException> ExplainAsync(RpcException failure)
    {
        var diagnosis = await ProbeAsync();
        var problems = diagnosis.Problems.Count > 0
            ? diagnosis.Problems
            : [TlsProblems.ConnectionLost.With(("address", address), ("reason", failure.Status.DebugException!.GetBaseException().Message.TrimEnd('.')))];
        var explained = new TlsException(problems, failure);
        return new RpcException(new Status(failure.StatusCode, string.Join("; ", problems), explained), failure.Trailers);
    }

    private Task<TlsDiagnosis> ProbeAsync()
    {
        lock (_lock)
        {
            if (_probe is null || time.GetElapsedTime(_begun) > Shared)
                (_probe, _begun) = (Task.Run(() => ChannelAddress.Probe(address, material(), serverName).RunAsync()), time.GetTimestamp());
            return _probe;
        }
    }
}

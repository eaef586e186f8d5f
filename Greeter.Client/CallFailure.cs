using GrpcTls.Client;
using GrpcTls;
using Grpc.Core;

namespace Greeter.Client;

/// <summary>Puts a failed call into words.</summary>
internal static class CallFailure
{
    /// <summary>What is wrong, the decisive first; never empty.</summary>
    /// <param name="failure">How the call ended.</param>
    /// <param name="target">Whom it went to.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="method">What was called; null for the method that greets.</param>
    public static IReadOnlyList<TlsProblem> Explain(RpcException failure, Target target, GreetRequest request, string? method = null)
    {
        // Below gRPC the channel has explained it already.
        if (failure.Status.DebugException is TlsException explained)
            return explained.Problems;

        var problem = failure.StatusCode switch
        {
            StatusCode.DeadlineExceeded => TlsProblems.DeadlineExceeded,
            StatusCode.Unauthenticated => TlsProblems.Unauthenticated,
            StatusCode.PermissionDenied => TlsProblems.PermissionDenied,
            StatusCode.ResourceExhausted => TlsProblems.ResourceExhausted,

            // Its time was over before more was known.
            _ when FailureDiagnosis.IsBelowGrpc(failure.Status) => TlsProblems.HandshakeFailed,
            _ when failure.Status.Detail.Contains("Bad gRPC response", StringComparison.Ordinal) => TlsProblems.NotGrpc,
            _ => TlsProblems.CallFailed,
        };
        return [problem.With(
            ("method", method ?? request.MethodName), ("address", target.Address), ("status", failure.StatusCode), ("detail", failure.Status.Detail),
            ("peer", target.Address), ("reason", failure.Status.DebugException?.GetBaseException().Message),
            ("deadline", $"{request.Deadline.TotalSeconds} s"))];
    }
}

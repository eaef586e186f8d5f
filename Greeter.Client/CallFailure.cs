using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;

namespace Greeter.Client;

/// <summary>Puts a failed call into words.</summary>
internal static class CallFailure
{
    /// <summary>What is wrong, the decisive first; never empty.</summary>
    /// <param name="failure">How the call ended.</param>
    /// <param name="target">Where it went.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="method">What was called; null for the method that greets.</param>
    public static IReadOnlyList<TlsProblem> Explain(RpcException failure, Target target, GreetRequest request, string? method = null)
    {
        // The connection's failures are in the library's words.
        if (TlsFailure.Explain(failure, target.Address) is { Count: > 0 } problems)
            return problems;

        var problem = failure.StatusCode switch
        {
            StatusCode.DeadlineExceeded => TlsProblems.DeadlineExceeded,
            StatusCode.Unauthenticated => TlsProblems.Unauthenticated,
            StatusCode.PermissionDenied => TlsProblems.PermissionDenied,
            StatusCode.ResourceExhausted => TlsProblems.ResourceExhausted,
            _ when IsNotGrpc(failure) => TlsProblems.NotGrpc,
            _ => TlsProblems.CallFailed,
        };
        return [problem.With(
            ("method", method ?? request.MethodName), ("address", target.Address), ("status", failure.StatusCode),
            ("detail", failure.Status.Detail), ("deadline", $"{request.Deadline.TotalSeconds} s"))];
    }

    /// <summary>Whether what answered speaks HTTP/2 and not gRPC.</summary>
    public static bool IsNotGrpc(RpcException failure) => failure.Status.Detail.Contains("Bad gRPC response", StringComparison.Ordinal);
}

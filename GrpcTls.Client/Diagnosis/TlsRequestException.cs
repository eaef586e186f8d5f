namespace GrpcTls.Client;

/// <summary>
/// A request that failed below HTTP, with the reason in words. HttpClient throws it, and a gRPC call carries it in
/// <c>Status.DebugException</c>: what catches or retries an <see cref="HttpRequestException"/> goes on to do so.
/// </summary>
public sealed class TlsRequestException : HttpRequestException
{
    internal TlsRequestException(IReadOnlyList<TlsProblem> problems, Exception? original = null)
        : base(
            (original as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown,
            string.Join("; ", problems), IsSaid(original) ? null : original) =>
        Problems = problems;

    /// <summary>What is wrong, the decisive problem first; never empty.</summary>
    public IReadOnlyList<TlsProblem> Problems { get; }

    // The handshake's own exception is these problems and nothing else; a gRPC status would print them twice.
    private static bool IsSaid(Exception? original) => TlsFailure.Chain(original).Any(exception => exception is TlsException);
}

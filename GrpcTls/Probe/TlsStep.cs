namespace GrpcTls;

/// <summary>One step of a diagnosis.</summary>
/// <param name="Name">On the way to a server: resolve, connect, tls, certificate, trust, name, client-certificate, http2. A file's checks have names of their own.</param>
/// <param name="Status">How it went.</param>
/// <param name="Details">What was seen, line by line; much of it is the other side's text.</param>
public sealed record TlsStep(string Name, TlsStepStatus Status, IReadOnlyList<string> Details)
{
    /// <summary>
    /// What was seen, line by line: each printable, at most <see cref="PeerText.LongestList"/> lines and one that tells how
    /// many more.
    /// </summary>
    public IReadOnlyList<string> Details { get; } =
    [
        .. Details.Take(PeerText.LongestList).Select(detail => PeerText.Printable(detail, PeerText.LongestValue)),
        .. Details.Count > PeerText.LongestList ? [$"and {Details.Count - PeerText.LongestList} more"] : Array.Empty<string>(),
    ];
}

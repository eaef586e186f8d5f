namespace GrpcTls;

/// <summary>What is between here and a server: what was seen, step by step, and what is wrong with it.</summary>
/// <param name="Steps">Every step, in the order of the way.</param>
/// <param name="Problems">What is wrong, the decisive first; empty where nothing is.</param>
public sealed record TlsDiagnosis(IReadOnlyList<TlsStep> Steps, IReadOnlyList<TlsProblem> Problems)
{
    /// <summary>The steps in one line, for an error of no known kind.</summary>
    public override string ToString() => string.Join("; ", Steps.Where(step => step.Status != TlsStepStatus.NotReached)
        .Select(step => $"{step.Name} {step.Status} ({string.Join(", ", step.Details)})"));
}

/// <summary>One step of a diagnosis.</summary>
/// <param name="Name">
/// On the way to a server: resolve, connect, tls, certificate, trust, name, client-certificate, http2. A file's checks have
/// names of their own.
/// </param>
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

/// <summary>How a step of a diagnosis went.</summary>
public enum TlsStepStatus
{
    /// <summary>Well.</summary>
    Passed,

    /// <summary>Well for now; something should be fixed.</summary>
    Warning,

    /// <summary>It ends here.</summary>
    Failed,

    /// <summary>An earlier failure kept it from being reached.</summary>
    NotReached,
}

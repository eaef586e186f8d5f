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

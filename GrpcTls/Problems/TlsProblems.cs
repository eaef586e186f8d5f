using System.Reflection;

namespace GrpcTls;

/// <summary>
/// The catalogue: everything that can be wrong and that a person can fix, each once. Exceptions, logs, metrics, the
/// client's output and the documentation all speak from it.
/// </summary>
public static partial class TlsProblems
{
    // Made when it is first asked for: the entries in the other files may be set later than a field of this one.
    // A trimmed program keeps the fields: the type is known where they are asked for.
    private static readonly Lazy<TlsProblem[]> Fields = new(() =>
    [
        .. typeof(TlsProblems).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<TlsProblem>(),
    ]);

    private static readonly Lazy<Dictionary<string, TlsProblem>> ByName = new(() => Fields.Value
        .SelectMany(problem => new[] { problem.Id, problem.Alias }.OfType<string>().Select(name => (name, problem)))
        .ToDictionary(entry => entry.name, entry => entry.problem));

    /// <summary>Every entry, once.</summary>
    public static IReadOnlyList<TlsProblem> Entries => Fields.Value;

    /// <summary>Every entry by its id, and by the id that it had before.</summary>
    public static IReadOnlyDictionary<string, TlsProblem> All => ByName.Value;

    /// <summary>For a person, who needs each fix only once: problems of one kind with the same fix as one, with all their causes.</summary>
    /// <param name="problems">What is wrong, in its order.</param>
    public static IEnumerable<TlsProblem> Merged(IEnumerable<TlsProblem> problems) => problems.GroupBy(problem => (problem.Id, problem.Fix))
        .Select(group => group.First() with { Cause = string.Join("; ", group.Select(problem => problem.Cause).Distinct()) });
}

using System.Reflection;

namespace Greeter.Tls;

/// <summary>
/// The catalogue: everything that can be wrong and that a person can mend, each once. Exceptions, logs, metrics, the
/// client's output and docs/failures.md all speak from it.
/// </summary>
public static partial class TlsProblems
{
    /// <summary>Every entry, by its id.</summary>
    public static IReadOnlyDictionary<string, TlsProblem> All { get; } = typeof(TlsProblems)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetValue(null))
        .OfType<TlsProblem>()
        .ToDictionary(problem => problem.Id);
}

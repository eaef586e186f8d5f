namespace Greeter.Tests;

/// <summary>Something that is wrong with files.</summary>
/// <param name="What">What it is, for the test's name.</param>
/// <param name="Problem">The id of the problem that says so; null for none.</param>
/// <param name="Break">Does it to what was good.</param>
/// <param name="Named">What the message has to name.</param>
internal sealed record Fault<T>(string What, string? Problem, Action<T> Break, params string[] Named);

internal static class Fault
{
    /// <summary>A theory's data: names, which every runner can tell apart and filter by.</summary>
    public static TheoryData<string> Names<T>(params IEnumerable<Fault<T>> faults) => [.. faults.Select(fault => fault.What)];

    public static Fault<T> Of<T>(IEnumerable<Fault<T>> faults, string what) => faults.Single(fault => fault.What == what);
}

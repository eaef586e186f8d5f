namespace Greeter.Pki;

/// <summary>A set of the six files in which exactly one thing is wrong.</summary>
/// <param name="Name">The id of the problem that it causes, as in docs/failures.md.</param>
/// <param name="Where">Who tells it.</param>
/// <param name="What">What is wrong, in a few words.</param>
/// <param name="Break">Makes it so.</param>
public sealed record BrokenSet(string Name, BrokenWhere Where, string What, Action<SixFiles> Break);

namespace Greeter.Tests;

/// <summary>Tests that measure the whole process, so that no other may run in it at the same time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

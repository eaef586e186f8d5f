namespace Greeter.Tests;

/// <summary>
/// Tests of endurance and load have two sizes: a small one for every run, and the full one with <c>GREETER_FULL=1</c> in the
/// environment: <c>GREETER_FULL=1 dotnet test --filter Category=Endurance</c>. What they assert is the same.
/// </summary>
internal static class Full
{
    /// <summary>The trait's name and value that all of these tests have.</summary>
    public const string Category = "Category", Endurance = "Endurance";

    private static readonly bool IsAsked = Environment.GetEnvironmentVariable("GREETER_FULL") == "1";

    public static int Or(int small, int full) => IsAsked ? full : small;
}

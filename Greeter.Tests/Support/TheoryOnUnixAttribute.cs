namespace Greeter.Tests;

/// <summary>A test of pipes, devices or file modes, which Windows does not have, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryOnUnixAttribute : TheoryAttribute
{
    public TheoryOnUnixAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has neither pipes in folders nor file modes" : null;
}

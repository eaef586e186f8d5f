namespace Greeter.Tests;

/// <summary>The same as <see cref="FactWithProgramAttribute"/>, for tests with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryWithProgramAttribute : TheoryAttribute
{
    public TheoryWithProgramAttribute(string program, string install)
    {
        if (!Programs.IsOnPath(program))
            Skip = $"needs {program}: {install}";
    }
}

namespace Greeter.Tests;

/// <summary>A test that needs a program of the machine, and is skipped where it is missing, with the way to get it as the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithProgramAttribute : FactAttribute
{
    public FactWithProgramAttribute(string program, string install)
    {
        if (!Programs.IsOnPath(program))
            Skip = $"needs {program}: {install}";
    }
}

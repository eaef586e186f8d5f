namespace Greeter.Client;

/// <summary>What the shell is told.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The call or the check failed.</summary>
    public const int Failure = 1;

    /// <summary>Wrong usage or configuration: nothing was tried.</summary>
    public const int WrongUsage = 2;
}

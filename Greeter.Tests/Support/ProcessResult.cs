namespace Greeter.Tests;

/// <summary>What a program left behind: its exit code and everything that it printed.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error);

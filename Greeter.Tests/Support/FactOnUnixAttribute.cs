using System.Globalization;

namespace Greeter.Tests;

/// <summary>A test of signals or file modes, which Windows does not have.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactOnUnixAttribute : FactAttribute
{
    private const ulong Interrupt = 1 << (2 - 1); // SIGINT is number 2, in a mask that begins with number 1.

    /// <param name="interrupts">Whether the test sends Ctrl+C.</param>
    public FactOnUnixAttribute(bool interrupts = false)
    {
        if (OperatingSystem.IsWindows())
            Skip = "Windows has neither signals nor file modes";
        else if (interrupts && IgnoresInterrupt())
            Skip = "whoever started this run in the background made it and all its children deaf to Ctrl+C; start it in the foreground";
    }

    private static bool IgnoresInterrupt()
    {
        const string Line = "SigIgn:";
        return File.Exists("/proc/self/status")
            && File.ReadLines("/proc/self/status").First(line => line.StartsWith(Line, StringComparison.Ordinal)) is var ignored
            && (ulong.Parse(ignored.AsSpan(Line.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt) != 0;
    }
}

using System.Text.Json;
using GrpcTls;

namespace Greeter.Hosting;

/// <summary>How the sample tells a person what is wrong: three lines for each problem, which begin with its name.</summary>
public static class ProblemConsole
{
    /// <summary>The name that both programs have in messages.</summary>
    public const string Program = "greeter";

    /// <summary>The three lines of a problem, without a line break at the end.</summary>
    /// <param name="problem">What is wrong.</param>
    public static string Describe(TlsProblem problem) => problem.Describe(Program);

    /// <summary>Writes three lines for each problem; problems of one kind with the same fix are one.</summary>
    /// <param name="error">Where to.</param>
    /// <param name="problems">What is wrong, in its order.</param>
    public static void Write(TextWriter error, params IEnumerable<TlsProblem> problems)
    {
        foreach (var problem in TlsProblems.Merged(problems))
            error.WriteLine(Describe(problem));
    }
}

/// <summary>What the configuration's own exceptions mean for a person.</summary>
public static class SettingsFailure
{
    /// <summary>The problem behind an exception of the configuration or of the logging's settings; null for any other.</summary>
    /// <param name="failure">What was thrown while a program was put together.</param>
    public static TlsProblem? Explain(Exception failure) => failure switch
    {
        // A file that cannot be parsed.
        InvalidDataException => TlsProblems.SettingsUnreadable.With(("reason", $"{failure.Message} {Place(failure)}".TrimEnd())),

        // The section Logging is the framework's; it says which value it does not understand.
        InvalidOperationException when failure.Message.Contains("Configuration value", StringComparison.Ordinal) =>
            TlsProblems.SettingsUnreadable.With(("reason", failure.Message)),
        _ => null,
    };

    // The parser counts lines and bytes from 0; editors count from 1.
    private static string? Place(Exception failure)
    {
        for (var inner = failure.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is JsonException { LineNumber: { } line, BytePositionInLine: { } column })
                return $"Line {line + 1}, column {column + 1}: {inner.Message.Split(" LineNumber:")[0]}";
        }

        return failure.InnerException?.Message;
    }
}

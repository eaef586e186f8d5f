using System.Text.Json;

namespace GrpcTls;

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

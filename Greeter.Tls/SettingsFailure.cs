namespace Greeter.Tls;

/// <summary>What the configuration's own exceptions mean for a person.</summary>
public static class SettingsFailure
{
    /// <summary>The problem behind an exception of the configuration or of the logging's settings; null for any other.</summary>
    /// <param name="failure">What was thrown while a program was put together.</param>
    public static TlsProblem? Explain(Exception failure) => failure switch
    {
        // A file that cannot be parsed; the inner exception says the line.
        InvalidDataException => TlsProblems.SettingsUnreadable.With(("reason", $"{failure.Message} {failure.InnerException?.Message}".TrimEnd())),

        // The section Logging is the framework's; it says which value it does not understand.
        InvalidOperationException when failure.Message.Contains("Configuration value", StringComparison.Ordinal) =>
            TlsProblems.SettingsUnreadable.With(("reason", failure.Message)),
        _ => null,
    };
}

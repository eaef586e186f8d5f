namespace Greeter.Certs;

/// <summary>Something that a person has to mend before certificates can be made; nothing was changed, unless it says so.</summary>
internal sealed class CertsProblem(string id, string title, string cause, string fix, Exception? innerException = null)
    : Exception(title, innerException)
{
    /// <summary>The three lines: what is wrong, with which values, and the next command.</summary>
    public string Describe() =>
        $"""
         certs: error: {Message} [{id}]
         certs: cause: {OneLine(cause)}
         certs: fix:   {fix}
         """;

    // Texts of the platform, of the command line and of certificates may contain line breaks: three lines stay three.
    private static string OneLine(string text) =>
        string.Join(' ', string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

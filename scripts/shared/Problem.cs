namespace Greeter.Scripts;

/// <summary>Something that a person has to fix before the script can do its work; nothing was changed, unless it says so.</summary>
internal sealed class Problem(string id, string title, string cause, string fix, Exception? innerException = null)
    : Exception(title, innerException)
{
    /// <summary>The command line that is not understood, in every script alike.</summary>
    public static Problem Usage(string cause, string fix) => new("usage", "the command line is not understood", cause, fix);

    /// <summary>The three lines: what is wrong, with which values, and the next command.</summary>
    public string Describe(string script) =>
        $"""
         {script}: error: {Message} [{id}]
         {script}: cause: {OneLine(cause)}
         {script}: fix:   {fix}
         """;

    // Texts of the platform, of the command line and of certificates may contain line breaks: three lines stay three.
    private static string OneLine(string text) =>
        string.Join(' ', string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

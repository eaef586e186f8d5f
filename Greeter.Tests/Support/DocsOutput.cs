using System.Text.RegularExpressions;

namespace Greeter.Tests;

/// <summary>What a page says that a command prints: docs/README.md tells what stands for what.</summary>
internal static partial class DocsOutput
{
    private const string Day = @"\d{4}-\d\d-\d\d";

    private static readonly (string Name, string Pattern)[] Places =
    [
        ("<DATE>", Day), ("<TIME>", Day + @" \d\d:\d\d:\d\dZ"), ("<PORT>", @"\d+"), ("<NUMBER>", @"\d+"), ("<SERIAL>", "[0-9A-F]+"), ("…", "[^\n]*"),
    ];

    /// <param name="lines">What the page says.</param>
    /// <param name="folder">What &lt;FOLDER&gt; stands for.</param>
    /// <param name="isAll">Whether nothing more may have been printed, before or after.</param>
    public static Regex Pattern(IEnumerable<string> lines, string folder, bool isAll)
    {
        var pattern = string.Concat(Trimmed(lines).Select(line => line == "..." ? "(?:[^\n]*\n)*?" : Line(line, folder) + "\n"));
        return new Regex(isAll ? $@"\A{pattern}\z" : pattern, RegexOptions.NonBacktracking);
    }

    /// <summary>What was printed, without what nobody sees.</summary>
    public static string Plain(string text)
    {
        var lines = Trimmed(text.ReplaceLineEndings("\n").Split('\n').Select(Unspaced)).ToArray();
        return string.Concat(lines.Select(line => line + "\n"));
    }

    private static string Line(string line, string folder)
    {
        // Each version of OpenSSL has its own spaces around "="; and any day will do for one that a page gives as an example.
        var escaped = AnyDay().Replace(Regex.Escape(Unspaced(line).Replace("<FOLDER>", folder, StringComparison.Ordinal)), Day);
        return Places.Aggregate(escaped, (pattern, place) => pattern.Replace(Regex.Escape(place.Name), place.Pattern, StringComparison.Ordinal));
    }

    private static string Unspaced(string line) => line.TrimEnd().Replace(" = ", "=", StringComparison.Ordinal);

    private static IEnumerable<string> Trimmed(IEnumerable<string> lines) => lines.SkipWhile(line => line.Length == 0).Reverse().SkipWhile(line => line.Length == 0).Reverse();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d")]
    private static partial Regex AnyDay();
}

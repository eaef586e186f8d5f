using System.Globalization;
using System.Text;

namespace GrpcTls;

/// <summary>
/// The one way for a text that somebody else wrote (a name in a certificate, a status, a reply) to a terminal or a log: it
/// keeps to its line, moves no cursor, turns no direction of writing around, and ends.
/// </summary>
public static class PeerText
{
    /// <summary>The longest name, in UTF-16 code units: an honest subject or DNS name has at most some 150, RFC 1035 allows 253.</summary>
    public const int LongestName = 260;

    /// <summary>The longest value in a text: a path on Windows (260) or of any sane Linux fits; three of them are a line of 3 kB.</summary>
    public const int LongestValue = 1000;

    /// <summary>How many values of a list are written out: enough to see what kind they are.</summary>
    public const int LongestList = 10;

    /// <summary>Writes what would not be seen as a letter (control and format characters, line separators, halves of
    /// surrogates, private use) as <c>\u{202E}</c>, and cuts what is too long.</summary>
    /// <param name="text">The text; null is empty.</param>
    /// <param name="longest">The most UTF-16 code units of the text that are looked at; the rest is told by its number.</param>
    public static string Printable(string? text, int longest = LongestName)
    {
        text ??= "";
        if (text.Length <= longest && IsPrintable(text))
            return text;

        var clean = new StringBuilder(Math.Min(text.Length, longest) + 32);
        var taken = 0;
        while (taken < text.Length && taken < longest)
        {
            // Half of a surrogate pair is decoded as U+FFFD, which is printable: what is written is the half itself.
            var isWhole = Rune.DecodeFromUtf16(text.AsSpan(taken), out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (isWhole && IsPrintable(rune))
                clean.Append(text, taken, length);
            else
                clean.Append(CultureInfo.InvariantCulture, $"\\u{{{(isWhole ? rune.Value : text[taken]):X}}}");
            taken += length;
        }

        if (taken < text.Length)
            clean.Append(CultureInfo.InvariantCulture, $"... ({text.Length - taken} more characters)");
        return clean.ToString();
    }

    /// <summary>Values one after the other, each a <see cref="Printable"/> name, at most <see cref="LongestList"/> of them.</summary>
    /// <param name="values">What the peer listed.</param>
    /// <param name="separator">What stands between two.</param>
    public static string List(IReadOnlyCollection<string> values, string separator = ", ")
    {
        var written = string.Join(separator, values.Take(LongestList).Select(value => Printable(value)));
        return values.Count <= LongestList ? written : $"{written}{separator}and {values.Count - LongestList} more";
    }

    /// <summary>
    /// A text of several lines, such as a stack trace: each is <see cref="Printable"/>, and indented, so that none can pass
    /// for one of ours; at most 100 of them, a stack trace with its causes has some 50.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="indent">What each line begins with.</param>
    public static string Lines(string text, string indent = "  ")
    {
        const int Longest = 100;
        var lines = text.Split('\n');
        var written = lines.Take(Longest)
            .Select(line => indent + Printable(line.TrimEnd('\r').Replace("\t", "  ", StringComparison.Ordinal), LongestValue));
        if (lines.Length > Longest)
            written = written.Append($"{indent}and {lines.Length - Longest} more lines");
        return string.Join(Environment.NewLine, written);
    }

    private static bool IsPrintable(string text)
    {
        foreach (var c in text)
        {
            if (char.IsSurrogate(c) || !IsPrintable(new Rune(c)))
                return false;
        }

        return true;
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);
}

using System.Text;
using System.Text.RegularExpressions;

namespace Greeter.Tests;

/// <summary>A page of the documentation.</summary>
internal sealed partial class DocsPage
{
    private DocsPage(string name)
    {
        Name = name;
        Text = File.ReadAllText(Programs.Source(name));
        var prose = new StringBuilder();
        Blocks = Read(Text.Split('\n'), prose);
        Prose = prose.ToString();
    }

    public static IReadOnlyList<string> Names { get; } =
    [
        "README.md", "certs/README.md", "minimal/README.md",
        .. Directory.GetFiles(Programs.Source("docs"), "*.md").Select(path => $"docs/{Path.GetFileName(path)}").Order(StringComparer.Ordinal),
    ];

    /// <summary>From the top of the repository.</summary>
    public string Name { get; }

    public string Text { get; }

    /// <summary>Without the blocks.</summary>
    public string Prose { get; }

    public IReadOnlyList<DocsBlock> Blocks { get; }

    /// <summary>What headings are called in links, as GitHub does it.</summary>
    public IEnumerable<string> Anchors => Heading().Matches(Prose).Select(heading => Unlinked().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    public static DocsPage Of(string name) => new(name);

    private static List<DocsBlock> Read(string[] lines, StringBuilder prose)
    {
        var blocks = new List<DocsBlock>();
        var mark = "";
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.IndexOf(lines, "```", i + 1);
                blocks.Add(new DocsBlock(mark, lines[i][3..], lines[(i + 1)..end]));
                (i, mark) = (end, "");
            }
            else if (lines[i].StartsWith("<!-- ", StringComparison.Ordinal))
            {
                mark = lines[i]["<!-- ".Length..^" -->".Length];
            }
            else
            {
                prose.Append(lines[i]).Append('\n');
                mark = "";
            }
        }

        return blocks;
    }

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Unlinked();
}

using System.Text.RegularExpressions;

namespace Greeter.Tests;

/// <summary>Reads what a failing program prints: three lines for each problem, and nothing else.</summary>
internal static partial class ThreeLines
{
    /// <summary>The problems' ids, in their order; fails if a line belongs to none, such as one of a stack trace.</summary>
    public static IReadOnlyList<string> Ids(string error, string program = "greeter")
    {
        var lines = error.ReplaceLineEndings("\n").Split('\n');
        lines[^1].Should().BeEmpty("the last line ends too");
        var problems = lines[..^1].Chunk(3).ToList();
        foreach (var problem in problems)
        {
            problem.Should().HaveCount(3, "each problem has three lines, in:\n{0}", error);
            problem[0].Should().MatchRegex($@"^{program}: error: \S.* \[[a-z0-9-]+\]$");
            problem[1].Should().MatchRegex($@"^{program}: cause: \S");
            problem[2].Should().MatchRegex($@"^{program}: fix:   \S");
        }

        return [.. problems.Select(problem => Id().Match(problem[0]).Value)];
    }

    [GeneratedRegex(@"(?<=\[)[a-z0-9-]+(?=\]$)")]
    private static partial Regex Id();
}

using System.Text.RegularExpressions;
using Greeter.Hosting;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>docs/failures.md and docs/doctor.md say what the programs say.</summary>
public sealed partial class FailureDocsTests
{
    private static readonly string Failures = File.ReadAllText(Programs.Source("docs", "failures.md"));

    [Fact]
    public void Each_problem_has_one_heading_and_each_heading_a_problem() =>
        Heading().Matches(Failures).Select(match => match.Groups[1].Value).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(TlsProblems.Entries.Select(problem => problem.Id));

    [Fact]
    public void The_three_lines_of_each_problem_are_the_catalogues()
    {
        foreach (var problem in TlsProblems.Entries)
        {
            Section(problem.Id).Should().Contain($"```\n{InCapitals(problem.Describe(ProblemConsole.Program))}\n```");
        }
    }

    [Fact]
    public void The_samples_own_fix_stands_with_its_problem_and_nowhere_else()
    {
        ProblemConsole.Fixes.Keys.Should().BeSubsetOf(TlsProblems.Entries.Select(problem => problem.Id));
        foreach (var id in TlsProblems.Entries.Select(problem => problem.Id))
        {
            if (ProblemConsole.Fixes.TryGetValue(id, out var fix))
                Section(id).Should().Contain($"\nIn the sample: `{InCapitals(fix)}`\n");
            else
                Section(id).Should().NotContain("In the sample:");
        }
    }

    // In the page, words in capitals stand for the values.
    private static string InCapitals(string text) =>
        Place().Replace(text, place => Hump().Replace(place.Groups[1].Value, "_").ToUpperInvariant());

    [Fact]
    public void What_can_be_tried_with_a_broken_set_says_so()
    {
        foreach (var id in TlsProblems.Entries.Select(problem => problem.Id))
        {
            var section = Section(id);
            section.Should().Contain("*Try it:*");
            section.Contains("*Try it:* `--broken`.", StringComparison.Ordinal).Should().Be(BrokenSets.All.Any(set => set.Name == id), "the page says how to try {0}", id);
        }
    }

    [Fact]
    public void The_table_of_contents_has_every_problem_in_the_order_of_the_page()
    {
        var contents = Failures[..Failures.IndexOf("\n## ", StringComparison.Ordinal)];
        Linked().Matches(contents).Select(match => match.Groups[1].Value).Should().Equal(Heading().Matches(Failures).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public async Task The_documented_fields_of_the_doctors_answer_are_those_that_it_writes()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var documented = Field().Matches(File.ReadAllText(Programs.Source("docs", "doctor.md"))).Select(match => match.Groups[1].Value);

        var doctor = await TestClient.RunAsync(folder, "doctor", server.Mtls, "--json", "--credentials", "tls");

        Key().Matches(doctor.Output).Select(match => match.Groups[1].Value).Distinct().Should().BeEquivalentTo(documented);
    }

    private static string Section(string id)
    {
        var begin = Failures.IndexOf($"### {id}\n", StringComparison.Ordinal);
        begin.Should().BePositive(id);
        var end = Failures.IndexOf("\n#", begin + 1, StringComparison.Ordinal);
        return Failures[begin..(end < 0 ? Failures.Length : end)];
    }

    [GeneratedRegex(@"^### (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Place();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Hump();

    [GeneratedRegex(@"\[([a-z0-9-]+)\]\(#\1\)")]
    private static partial Regex Linked();

    [GeneratedRegex(@"^\| `(?:\w+\[\]\.)?(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Field();

    [GeneratedRegex("\"(\\w+)\":")]
    private static partial Regex Key();
}

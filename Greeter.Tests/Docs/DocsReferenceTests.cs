using System.Reflection;
using System.Text.RegularExpressions;
using Greeter.Client;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>What the documentation names exists, and what exists is named in it.</summary>
public sealed partial class DocsReferenceTests
{
    private static readonly (string Section, Type Type)[] Sections =
    [
        (PortsOptions.Section, typeof(PortsOptions)), (ListenScopeOptions.Section, typeof(ListenScopeOptions)), (LimitsOptions.Section, typeof(LimitsOptions)),
        (TlsOptions.Section, typeof(TlsOptions)), (AddressesOptions.Section, typeof(AddressesOptions)),
        ("SignIn", typeof(Server.SignInOptions)), ("SignIn", typeof(Client.SignInOptions)),
    ];

    // Options of dotnet itself, and one that is misspelled on purpose.
    private static readonly string[] Foreign = ["--project", "--help", "--no-restore", "--credentails", "--expand", "--trust"];

    private static readonly string[] Misspelled = ["Ports:Mtsl"];

    // Options of the library that no configuration sets.
    private static readonly string[] InCodeAlone = ["Tls:BasePath", "Tls:SettingName"];

    // Words with dashes that are no problems.
    private static readonly string[] Words = ["greeter-caller", "greeter-transport", "grpc-status", "grpc-message", "not-reached", "ca-certificates"];

    private static readonly DocsPage[] All = [.. DocsPage.Names.Select(DocsPage.Of)];

    private static readonly string Everything = string.Join('\n', All.Select(page => page.Text));

    public static TheoryData<string> Pages => [.. DocsPage.Names];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Quoted_code_is_in_the_source(string name)
    {
        foreach (var block in DocsPage.Of(name).Blocks)
        {
            if (block.Marked("code") is not { } path)
                continue;
            var source = Unindented(File.ReadAllLines(Programs.Source(path)));
            var at = 0;
            foreach (var part in Unindented(block.Lines).Split("\n// ...\n"))
            {
                at = source.IndexOf(part, at, StringComparison.Ordinal);
                at.Should().BeGreaterThanOrEqualTo(0, "{0} quotes {1}, which has no (more):\n{2}", name, path, part);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string name)
    {
        foreach (var link in Link().Matches(DocsPage.Of(name).Prose).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)))
        {
            var parts = link.Split('#');
            var target = parts[0] == "" ? name : Path.GetRelativePath(Programs.Root, Path.GetFullPath(parts[0], Path.GetDirectoryName(Programs.Source(name))!));
            Path.Exists(Programs.Source(target)).Should().BeTrue("{0} links to {1}", name, link);
            if (parts.Length == 2)
                DocsPage.Of(target).Anchors.Should().Contain(parts[1], "{0} links to {1}", name, link);
        }
    }

    [Fact]
    public void Every_problem_that_is_named_exists_and_each_that_exists_is_named()
    {
        var named = Error().Matches(Everything).Concat(All.SelectMany(page => Slug().Matches(page.Prose))).Select(match => match.Groups[1].Value).ToHashSet();

        named.Except(Words).Should().BeSubsetOf(TlsProblems.All.Keys.Concat(ScriptProblems));
        TlsProblems.All.Keys.Should().OnlyContain(id => Regex.IsMatch(Everything, $@"(?<![\w-]){id}(?![\w-])"));
    }

    [Fact]
    public void Every_problem_of_a_script_is_in_the_table_of_its_page() => ScriptProblems.Should().NotBeEmpty().And.OnlyContain(
        id => Regex.IsMatch(File.ReadAllText(Programs.Source("docs", "failures.md")), $"^\\| `.*`{id}`.* \\|", RegexOptions.Multiline));

    [Fact]
    public void Every_setting_that_is_named_exists_and_each_that_exists_is_named()
    {
        var known = Sections.SelectMany(section => section.Type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)
            .Select(property => $"{section.Section}:{property.Name}")).Except(InCodeAlone).ToHashSet();
        var named = Setting().Matches(Everything).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)).ToHashSet();

        named.Except(Misspelled).Should().BeSubsetOf(known);
        known.Should().BeSubsetOf(named);
        Everything.Should().Contain("`Credentials`").And.Contain("`Access`");
    }

    [Fact]
    public void Every_option_that_is_named_exists_and_each_that_exists_is_named()
    {
        var scripts = Directory.GetFiles(Programs.Source("scripts"), "*.cs").SelectMany(path => ScriptOption().Matches(File.ReadAllText(path))).Select(match => match.Groups[1].Value);
        var options = new Options();
        var known = options.All.Select(option => option.Name).Concat(scripts).ToHashSet();

        // In prose, and in commands of ours.
        var ours = Everything.Split('\n').Where(line => line.Contains("dotnet run", StringComparison.Ordinal)).Concat(All.SelectMany(page => Code().Matches(page.Prose).Select(match => match.Value)));
        var named = ours.SelectMany(text => Option().Matches(text)).Select(match => match.Value).ToHashSet();

        named.Except(Foreign).Should().BeSubsetOf(known);
        known.Should().BeSubsetOf(named);
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var types = typeof(DocsReferenceTests).Assembly.GetTypes().Where(type => type.Name.EndsWith("Tests", StringComparison.Ordinal)).ToArray();
        var known = types.SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}").Append(type.Name));

        var named = Test().Matches(Everything).Select(match => match.Groups[1].Value).ToHashSet();

        named.Should().NotBeEmpty().And.BeSubsetOf(known);
    }

    private static IReadOnlyList<string> ScriptProblems { get; } =
    [
        .. Directory.GetFiles(Programs.Source("scripts"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(path => ScriptProblem().Matches(File.ReadAllText(path))).Select(match => match.Groups[1].Value).Distinct(),
    ];

    private static string Unindented(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"greeter: error: .* \[([a-z0-9-]+)\]")]
    private static partial Regex Error();

    [GeneratedRegex("`([a-z0-9]+(?:-[a-z0-9]+)+)`")]
    private static partial Regex Slug();

    [GeneratedRegex(@"\b(Ports|Listen|Tls|Limits|SignIn|Addresses)(:|__)[A-Z]\w+")]
    private static partial Regex Setting();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex(@"`(\w+Tests(?:\.\w+)?)`")]
    private static partial Regex Test();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex Code();

    [GeneratedRegex(@"new(?: Problem)?\(\s*""([a-z]+(?:-[a-z]+)*)"",\s*""")]
    private static partial Regex ScriptProblem();

    [GeneratedRegex(@"new Option<[^(]*>\(""(--[a-z-]+)""")]
    private static partial Regex ScriptOption();
}

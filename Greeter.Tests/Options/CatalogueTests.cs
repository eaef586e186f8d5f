using System.Text.RegularExpressions;
using Greeter.Hosting;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>The catalogue's texts hold in anybody's program; ids are a contract; folders of the library are layers.</summary>
public sealed partial class CatalogueTests
{
    // A file uses only its own folder and those that stand here.
    private static readonly Dictionary<string, string[]> Layers = new()
    {
        ["Problems"] = [],
        ["Certificates"] = ["Problems"],
        ["Files"] = ["Problems", "Certificates"],
        ["Revocation"] = ["Problems", "Certificates", "Files"],
        ["Material"] = ["Problems", "Certificates", "Files", "Revocation"],
        ["Options"] = ["Problems", "Certificates", "Files", "Revocation", "Material"],
        ["Diagnosis"] = ["Problems", "Certificates", "Files", "Revocation", "Material"],
        ["Handshake"] = ["Problems", "Certificates", "Revocation", "Material", "Diagnosis"],
        ["Probe"] = ["Problems", "Certificates", "Files", "Revocation", "Material", "Diagnosis", "Handshake"],
    };

    [Fact]
    public void A_folder_of_the_library_uses_only_those_below_it()
    {
        var files = Directory.GetDirectories(Programs.Source("GrpcTls")).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj"))
            .SelectMany(folder => Directory.GetFiles(folder, "*.cs"), (folder, file) => (
                Folder: Path.GetFileName(folder), Name: Path.GetFileName(file), Code: Code(folder, File.ReadAllText(file))))
            .ToArray();
        var homes = files.SelectMany(file => Declaration().Matches(file.Code).Select(match => (Type: match.Groups[1].Value, file.Folder)))
            .DistinctBy(home => home.Type).ToDictionary(home => home.Type, home => home.Folder);
        homes.Count.Should().BeGreaterThan(40, "the test sees the types");
        homes["TlsMaterial"].Should().Be("Material");

        files.Select(file => file.Folder).Distinct().Should().BeEquivalentTo(Layers.Keys);
        var upwards = files.SelectMany(file => homes
            .Where(home => home.Value != file.Folder && !Layers[file.Folder].Contains(home.Value)
                && Regex.IsMatch(file.Code, $@"(?<![\w.""]){home.Key}\b"))
            .Select(home => $"{file.Folder}/{file.Name} uses {home.Value}'s {home.Key}"));
        upwards.Should().BeEmpty();
    }

    [Fact]
    public void No_text_of_the_library_names_a_program_a_script_or_an_option_of_ours()
    {
        foreach (var problem in TlsProblems.Entries)
        {
            var text = $"{problem.Title} {problem.Cause} {problem.Fix}";
            text.Should().NotMatchRegex(@"(?i:greeter|scripts/|certs\.cs|users\.cs|dotnet run|(?<!-)--[a-z]|(server|client)_(ca|cert|key)\.pem)|Access section|Tls:|SignIn\b|Ports\b");
            text.Should().NotMatchRegex(@"(?i)believ|\bmend|twin");
        }
    }

    [Fact]
    public void A_problem_that_was_renamed_is_found_by_both_names()
    {
        TlsProblems.All["server-authority-twin"].Should().BeSameAs(TlsProblems.ServerAuthorityRekeyed);
        TlsProblems.All["client-authority-twin"].Should().BeSameAs(TlsProblems.All["client-authority-rekeyed"]);
        TlsProblems.Entries.Should().OnlyHaveUniqueItems().And.HaveCount(TlsProblems.All.Values.Distinct().Count());
    }

    [Fact]
    public void The_sample_gives_its_own_command_with_the_values_of_the_case_and_leaves_other_fixes_alone()
    {
        var problem = TlsProblems.ServerNameMismatch.With(("asked", "greeter.example.com"), ("names", "localhost"));

        ProblemConsole.Describe(problem).Should().EndWith("dotnet run scripts/certs.cs -- --renew --server-name greeter.example.com");
        problem.Describe("orders").Should().Contain("orders: fix:   call a name that it carries, or issue it again with greeter.example.com");
        ProblemConsole.InSample(problem with { Fix = "ask Ada" }).Fix.Should().Be("ask Ada");
        ProblemConsole.InSample(TlsProblems.NotPem).Should().BeSameAs(TlsProblems.NotPem);
    }

    [Fact]
    public void A_value_that_looks_like_a_place_stays_a_value_in_the_samples_fix()
    {
        var problem = TlsProblems.ServerNameMismatch.With(("asked", "{names}"), ("names", "secret"));

        ProblemConsole.InSample(problem).Fix.Should().EndWith("--server-name {names}");
    }

    // The catalogue's texts may name a setting like a type; elsewhere a text may hold code, in braces.
    private static string Code(string folder, string source)
    {
        var code = Comment().Replace(source, "");
        return Path.GetFileName(folder) == "Problems" ? Text().Replace(code, "") : code;
    }

    [GeneratedRegex("\"[^\"\n]*\"")]
    private static partial Regex Text();

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(?:public|internal)[^\n(=]*?\b(?:class|record|struct|enum|interface|delegate \w+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}

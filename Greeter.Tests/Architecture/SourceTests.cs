using System.Text.RegularExpressions;

namespace Greeter.Tests;

/// <summary>What holds for every source file: it can be read, and the library speaks in nobody's name.</summary>
public sealed partial class SourceTests
{
    private const int MostLines = 180;
    private const int MostColumns = 140;
    private const int MostFilesOfAProgram = 12;

    private static readonly string[] LibraryFolders = ["GrpcTls", "GrpcTls.AspNetCore", "GrpcTls.Client"];

    private static readonly string[] ProductionFolders = [.. LibraryFolders, "Greeter.Protos", "Greeter.Server", "Greeter.Client", "minimal", "scripts"];

    public static TheoryData<string> Production => [.. ProductionFolders];

    public static TheoryData<string> Library => [.. LibraryFolders];

    [Theory]
    [MemberData(nameof(Production))]
    public void No_file_is_longer_than_a_reader_keeps_in_mind(string folder) =>
        All(Sources(folder).Select(path => (Path: Relative(path), Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > MostLines).Select(file => $"{file.Path}: {file.Lines} lines")).Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Production))]
    public void No_line_is_wider_than_the_editor_shows(string folder) =>
        All(Sources(folder).SelectMany(path => Found(path, line => line.Length > MostColumns ? $"{line.Length} columns" : null)))
            .Should().BeEmpty();

    [Theory]
    [InlineData("Greeter.Server")]
    [InlineData("Greeter.Client")]
    public void A_program_of_the_sample_is_a_dozen_files(string project) =>
        Sources(project).Count().Should().BeInRange(2, MostFilesOfAProgram, All(Sources(project).Select(Relative)));

    [Fact]
    public void The_options_of_our_programs_are_found() =>
        Options().Should().Contain(["--credentials", "--server-ca", "--renew"], "else the next test could not fail");

    [Theory]
    [MemberData(nameof(Library))]
    public void The_library_names_no_program_script_or_option_of_ours(string folder)
    {
        var options = Options();
        var sources = Sources(folder).ToArray();

        sources.Should().NotBeEmpty();
        All(sources.SelectMany(path => Found(path, line =>
            Ours().Match(line) is { Success: true } ours ? ours.Value
            : Option().Matches(line).Select(option => option.Value).FirstOrDefault(options.Contains))))
            .Should().BeEmpty();
    }

    [Theory]
    [InlineData("renew it: dotnet run scripts/certs.cs", true)]
    [InlineData("the program's name: GREETER", true)]
    [InlineData("renew the certificate at its authority", false)]
    public void A_name_of_ours_is_found(string text, bool isOurs) => Ours().IsMatch(text).Should().Be(isOurs);

    private static IEnumerable<string> Sources(string folder) => Directory
        .GetFiles(Programs.Source(folder), "*.cs", SearchOption.AllDirectories)
        .Where(path => Relative(path).Split('/')[1] is not ("bin" or "obj"));

    private static string Relative(string path) => Path.GetRelativePath(Programs.Root, path).Replace('\\', '/');

    private static IEnumerable<string> Found(string path, Func<string, string?> find) =>
        File.ReadLines(path).Select((line, index) => find(line) is { } found ? $"{Relative(path)}:{index + 1}: {found}" : null).OfType<string>();

    private static string All(IEnumerable<string> found) => string.Join('\n', found);

    // As they stand in their sources: "--name".
    private static HashSet<string> Options() =>
        [.. Sources("Greeter.Client").Concat(Sources("scripts")).Select(File.ReadAllText).SelectMany(text => Quoted().Matches(text))
            .Select(option => option.Groups[1].Value)];

    [GeneratedRegex(@"greeter|scripts/|certs\.cs|users\.cs|demo\.cs|dotnet run", RegexOptions.IgnoreCase)]
    private static partial Regex Ours();

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex("\"(--[a-z][a-z-]+)")]
    private static partial Regex Quoted();
}

using System.Text.RegularExpressions;

namespace Greeter.Tests;

/// <summary>The folders of GrpcTls are layers: a file uses types only of its own folder and of those below it.</summary>
public sealed partial class LayerTests
{
    // Problems ◄ Certificates ◄ Files ◄ Revocation ◄ Material ◄ Options
    //                                                Material ◄ Diagnosis ◄ Handshake ◄ Probe
    private static readonly Dictionary<string, string[]> Below = new()
    {
        ["Problems"] = [],
        ["Certificates"] = ["Problems"],
        ["Files"] = ["Problems", "Certificates"],
        ["Revocation"] = ["Problems", "Certificates", "Files"],
        ["Material"] = ["Problems", "Certificates", "Files", "Revocation"],
        ["Options"] = ["Problems", "Certificates", "Files", "Revocation", "Material"],
        ["Diagnosis"] = ["Problems", "Certificates", "Files", "Revocation", "Material"],
        ["Handshake"] = ["Problems", "Certificates", "Revocation", "Material", "Diagnosis"], // It is usable without files.
        ["Probe"] = ["Problems", "Certificates", "Files", "Revocation", "Material", "Diagnosis", "Handshake"],
    };

    private static readonly Lazy<(string Path, string Text)[]> Sources = new(() => [.. Directory
        .GetFiles(Programs.Source("GrpcTls"), "*.cs", SearchOption.AllDirectories)
        .Select(path => (Path.GetRelativePath(Programs.Source("GrpcTls"), path).Replace('\\', '/'), File.ReadAllText(path)))
        .Where(source => !source.Item1.StartsWith("obj/", StringComparison.Ordinal) && !source.Item1.StartsWith("bin/", StringComparison.Ordinal))]);

    public static TheoryData<string> Layers => [.. Below.Keys];

    [Fact]
    public void Every_file_is_in_a_layer() =>
        Sources.Value.Select(source => Folder(source.Path)).Distinct().Should().BeEquivalentTo(Below.Keys);

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_file_uses_only_the_layers_below_its_own(string layer) =>
        string.Join('\n', Upwards(Sources.Value).Where(use => use.StartsWith(layer + "/", StringComparison.Ordinal))).Should().BeEmpty();

    [Theory]
    [InlineData("class Reader { private Prober _prober; }", "Files/Reader.cs uses Prober of Probe")]
    [InlineData("class Reader { void Read(string text) => text.Probed(); }", "Files/Reader.cs uses Probed() of Probe")]
    [InlineData("class Reader { string Text => $\"{Prober.Count}\"; }", "Files/Reader.cs uses Prober of Probe")]
    [InlineData("class Reader; // unlike the Prober", null)]
    [InlineData("/// <summary>See <see cref=\"Prober\"/>.</summary>\nclass Reader { string Text => \"a Prober\"; }", null)]
    public void An_edge_upwards_is_found(string reader, string? found)
    {
        const string Prober = "static class Prober\n{\n    public static int Count;\n    public static int Probed(this string text, Reader reader) => 0;\n}";

        var upwards = Upwards([("Files/Reader.cs", reader), ("Probe/Prober.cs", Prober)]);

        upwards.Should().Equal(found is null ? [] : [found]);
    }

    private static IEnumerable<string> Upwards(IReadOnlyList<(string Path, string Text)> sources)
    {
        var code = sources.Select(source => (source.Path, Code: Ignored().Replace(source.Text, " "))).ToArray();
        var declared = code.SelectMany(source => Declared(source.Code).Select(word => (word, Folder: Folder(source.Path))))
            .ToLookup(one => one.word, one => one.Folder);
        foreach (var (path, text) in code)
        {
            foreach (var word in Word().Matches(text).Select(Used).Distinct().Where(declared.Contains))
            {
                if (!declared[word].Any(folder => folder == Folder(path) || Below[Folder(path)].Contains(folder)))
                    yield return $"{path} uses {word} of {declared[word].First()}";
            }
        }
    }

    // Types by their names, extension methods as "Name()".
    private static IEnumerable<string> Declared(string code) =>
        Type().Matches(code).Select(type => type.Groups[1].Value)
            .Concat(Extension().Matches(code).Select(method => method.Groups[1].Value + "()"));

    private static string Used(Match word) => word.Value[0] == '.' ? word.Value[1..] + "()" : word.Value;

    private static string Folder(string path) => path.Split('/')[0];

    // Comments, and texts without their holes.
    [GeneratedRegex("""//[^\n]*|\$"[^"{\n]*(?=\{)|(?<=\})[^"{}\n]*"(?=[;,)])|(?<![$@"])"(?:\\.|[^"\\\n])*"(?!")""")]
    private static partial Regex Ignored();

    // Not inside of another type: those are nobody else's business.
    [GeneratedRegex(
        @"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|file) )*(?:class|record struct|record|struct|interface|enum|delegate [\w<>?,]+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex(@"static [\w<>?,.() \[\]]+? (\w+)(?:<[\w, ]+>)?\(\s*this ")]
    private static partial Regex Extension();

    // A member of something (".Name") is not a type; called, it may be an extension method.
    [GeneratedRegex(@"(?<![.\w])[A-Za-z_]\w*|\.\w+(?=\()")]
    private static partial Regex Word();
}

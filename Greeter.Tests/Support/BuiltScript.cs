using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Greeter.Tests;

/// <summary>Scripts, each built once for all tests: to run one as a script costs seconds each time, to run what was built of it a fraction of one.</summary>
internal static class BuiltScript
{
    private static readonly Lazy<string> Root = new(() =>
    {
        var folder = new TestFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return folder.Root;
    });

    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Built = new();

    /// <param name="script">Its path in the repository: scripts/certs.cs.</param>
    /// <returns>The program, for <c>dotnet</c>.</returns>
    public static Task<string> Of(string script) => Built.GetOrAdd(script, _ => new Lazy<Task<string>>(() => BuildAsync(script))).Value;

    /// <summary>A copy for another repository: what lies beside the script is looked for there.</summary>
    /// <param name="script">Its path in the repository.</param>
    /// <param name="repository">The other one's folder.</param>
    public static async Task CopyAsync(string script, string repository)
    {
        var from = Path.GetDirectoryName(await Of(script))!;
        var to = Path.Combine(repository, "built", Path.GetFileNameWithoutExtension(script));
        Directory.CreateDirectory(to);
        foreach (var path in Directory.GetFiles(from))
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));

        var settings = Path.Combine(to, Path.GetFileNameWithoutExtension(script) + ".runtimeconfig.json");
        var json = JsonNode.Parse(File.ReadAllText(settings))!;
        var properties = json["runtimeOptions"]!["configProperties"]!;
        properties["EntryPointFilePath"] = Path.Combine(repository, script);
        properties["EntryPointFileDirectoryPath"] = Path.Combine(repository, Path.GetDirectoryName(script)!);
        File.WriteAllText(settings, json.ToJsonString());
    }

    private static async Task<string> BuildAsync(string script)
    {
        var name = Path.GetFileNameWithoutExtension(script);
        string[] build = ["build", Programs.Source(script), "--output", Path.Combine(Root.Value, name), "--verbosity", "quiet"];
        var built = await ChildProcess.RunAsync(Programs.Dotnet, build);
        built.ExitCode.Should().Be(0, built.Output);
        return Path.Combine(Root.Value, name, $"{name}.dll");
    }
}

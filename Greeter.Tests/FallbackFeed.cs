using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Greeter.Tests;

/// <summary>The folder of packed stand-ins. See fallback/README.md.</summary>
internal static partial class FallbackFeed
{
    public static readonly string[] Packages = ["Grpc.Core.Api", "Grpc.Net.Common"];

    public static string Targets => Path.Combine(DependencyTests.Repository, "fallback", "fallback.targets");

    public static string Version => VersionElement().Match(File.ReadAllText(Targets)).Groups[1].Value;

    /// <summary>The assembly inside a stand-in's package.</summary>
    public static MemoryStream Assembly(string package)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(DependencyTests.Repository, "artifacts", "fallback", $"{package}.{Version}.nupkg"));
        using var entry = archive.Entries.Single(file => file.Name == $"{package}.dll").Open();
        var assembly = new MemoryStream();
        entry.CopyTo(assembly);
        assembly.Position = 0;
        return assembly;
    }

    [GeneratedRegex("<FallbackVersion>(.+)</FallbackVersion>")]
    private static partial Regex VersionElement();
}

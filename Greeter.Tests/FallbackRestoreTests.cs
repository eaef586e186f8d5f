using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;

namespace Greeter.Tests;

/// <summary>The real packages win wherever a source has them. Restores a project of two references from folders alone, without network.</summary>
public sealed class FallbackRestoreTests : IDisposable
{
    private const string Real = "2.85.0";

    private readonly TestFolder _folder = new();

    [Fact]
    public async Task Takes_the_real_packages_when_a_source_has_them()
    {
        foreach (var package in FallbackFeed.Packages)
            AddToFeed(package);

        (await RestoreAsync()).Should().Equal($"Grpc.Core.Api/{Real}", $"Grpc.Net.Common/{Real}");
    }

    [Fact]
    public async Task Takes_the_stand_ins_when_no_source_has_the_real_packages() =>
        (await RestoreAsync()).Should().Equal($"Grpc.Core.Api/{FallbackFeed.Version}", $"Grpc.Net.Common/{FallbackFeed.Version}");

    public void Dispose() => _folder.Dispose();

    /// <summary>A package without content: its description is all that restore looks at.</summary>
    private void AddToFeed(string package)
    {
        Directory.CreateDirectory(_folder.Path("feed"));
        using var archive = ZipFile.Open(_folder.Path($"feed/{package}.{Real}.nupkg"), ZipArchiveMode.Create);
        using var nuspec = new StreamWriter(archive.CreateEntry($"{package}.nuspec").Open());
        nuspec.Write($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata><id>{package}</id><version>{Real}</version><authors>test</authors><description>test</description></metadata>
            </package>
            """);
    }

    private async Task<IEnumerable<string>> RestoreAsync()
    {
        Directory.CreateDirectory(_folder.Path("feed"));
        _folder.Write("NuGet.Config", """<configuration><packageSources><clear /><add key="feed" value="feed" /></packageSources></configuration>""");
        _folder.Write("Tiny.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Grpc.Core.Api" Version="{Real}" />
                <PackageReference Include="Grpc.Net.Common" Version="{Real}" />
              </ItemGroup>
              <Import Project="{FallbackFeed.Targets}" />
            </Project>
            """);
        await DotnetAsync("restore", "Tiny.csproj", "--nologo", "-nodeReuse:false");

        using var assets = JsonDocument.Parse(File.ReadAllText(_folder.Path("obj/project.assets.json")));
        return assets.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name).Order().ToList();
    }

    private async Task DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _folder.Root, RedirectStandardOutput = true };
        start.Environment["NUGET_PACKAGES"] = _folder.Path("packages");
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "restore said: {0}", output);
    }
}

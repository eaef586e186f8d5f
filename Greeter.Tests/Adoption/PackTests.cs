using System.IO.Compression;
using System.Xml.Linq;

namespace Greeter.Tests;

/// <summary>The library as packages: what is in them, and that anybody can build the same bytes again.</summary>
public sealed class PackTests(PackTests.Packed packed) : IClassFixture<PackTests.Packed>
{
    private const string Version = "1.0.0";

    private static readonly string[] Ids = ["GrpcTls", "GrpcTls.AspNetCore", "GrpcTls.Client"];

    public static TheoryData<string> Packages => [.. Ids];

    [Fact]
    public void There_are_three_packages_with_their_symbols_and_nothing_else() =>
        Directory.GetFiles(packed.First).Select(Path.GetFileName).Should().BeEquivalentTo(
            Ids.SelectMany(id => new[] { $"{id}.{Version}.nupkg", $"{id}.{Version}.snupkg" }));

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_has_the_library_its_documentation_a_readme_and_says_who_may_use_it(string id)
    {
        var files = Packed.Read(packed.First, $"{id}.{Version}.nupkg");

        files.Keys.Should().Contain([$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", "README.md"]);
        Packed.Read(packed.First, $"{id}.{Version}.snupkg").Keys.Should().Contain($"lib/net10.0/{id}.pdb");
        var metadata = XDocument.Load(new MemoryStream(files[$"{id}.nuspec"])).Root!.Elements().Single();
        string Of(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        (Of("id"), Of("version"), Of("license"), Of("readme")).Should().Be((id, Version, "MIT-0", "README.md"));
        Of("description").Should().StartWith(id == "GrpcTls" ? "Certificates, keys" : "TLS and mutual TLS");
        metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value)
            .Should().NotContain(name => name.StartsWith("Greeter", StringComparison.Ordinal)).And.NotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Built_from_the_same_sources_in_another_folder_it_is_the_same_but_for_the_order_of_generated_classes(string id)
    {
        foreach (var (package, built) in new[] { ("nupkg", $"lib/net10.0/{id}.dll"), ("snupkg", $"lib/net10.0/{id}.pdb") })
        {
            var name = $"{id}.{Version}.{package}";
            var (first, second) = (Packed.Read(packed.First, name), Packed.Read(packed.Second, name));

            first.Keys.Should().Equal(second.Keys);
            first.Keys.Where(file => !first[file].AsSpan().SequenceEqual(second[file]) && !(file == built && HasSeveralLogClasses(id)))
                .Should().BeEmpty();
        }

        // The comparison can fail: the bytes of one package are not those of another.
        var other = Packed.Read(packed.Second, id == "GrpcTls" ? $"GrpcTls.Client.{Version}.nupkg" : $"GrpcTls.{Version}.nupkg");
        Packed.Read(packed.First, $"{id}.{Version}.nupkg")["README.md"].Should().NotEqual(other["README.md"]);
    }

    // The generator of [LoggerMessage] (10.0.14) writes the classes of a project in an order that changes from build to build: with
    // two of them the same sources give other bytes. With one log class for each project this exception can go.
    private static bool HasSeveralLogClasses(string id) => Directory
        .EnumerateFiles(Programs.Source(id), "*.cs", SearchOption.AllDirectories)
        .Count(path => File.ReadAllText(path).Contains("[LoggerMessage(", StringComparison.Ordinal)) > 1;

    [Theory]
    [InlineData("Greeter.Server")]
    [InlineData("Greeter.Client")]
    [InlineData("Greeter.Protos")]
    public async Task The_sample_is_no_package(string project)
    {
        var run = await ChildProcess.RunAsync(
            Programs.Dotnet, ["msbuild", Programs.Source(project, $"{project}.csproj"), "-getProperty:IsPackable"]);

        run.Output.Trim().Should().Be("false");
    }

    /// <summary>The packages, from two copies of the sources that have nothing in common but their text.</summary>
    public sealed class Packed : IAsyncLifetime, IDisposable
    {
        private readonly TestFolder _folder = new();

        public string First => _folder.Path("first/packages");

        public string Second => _folder.Path("second/packages");

        public async Task InitializeAsync()
        {
            foreach (var copy in new[] { "first", "second" })
            {
                var folder = Directory.CreateDirectory(_folder.Path(copy)).FullName;
                Copy(folder);
                string[] pack = ["pack", "Library.slnx", "--nologo", "--output", "packages", "-p:ContinuousIntegrationBuild=true"];
                var run = await ChildProcess.RunAsync(Programs.Dotnet, pack, folder);
                run.ExitCode.Should().Be(0, run.Output);
            }
        }

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => _folder.Dispose();

        /// <summary>The files of a package. Two of them are about the package alone: the list of the others, and a random name.</summary>
        public static SortedDictionary<string, byte[]> Read(string folder, string package)
        {
            using var zip = ZipFile.OpenRead(Path.Combine(folder, package));
            var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var entry in zip.Entries)
            {
                if (entry.FullName == "_rels/.rels" || entry.Name.EndsWith(".psmdcp", StringComparison.Ordinal))
                    continue;
                using var content = new MemoryStream();
                using var stream = entry.Open();
                stream.CopyTo(content);
                files[entry.FullName] = content.ToArray();
            }

            return files;
        }

        private static void Copy(string folder)
        {
            string[] common = ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig"];
            var sources = common.Select(name => Programs.Source(name)).Concat(
                Ids.SelectMany(id => Directory.EnumerateFiles(Programs.Source(id), "*", SearchOption.AllDirectories)));
            foreach (var source in sources)
            {
                var path = Path.GetRelativePath(Programs.Root, source);
                if (path.Split(Path.DirectorySeparatorChar) is [_, "bin" or "obj", ..])
                    continue;
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
                File.Copy(source, Path.Combine(folder, path));
            }

            var projects = Ids.Select(id => $"<Project Path=\"{id}/{id}.csproj\" />");
            File.WriteAllText(Path.Combine(folder, "Library.slnx"), $"<Solution>{string.Concat(projects)}</Solution>");
        }
    }
}

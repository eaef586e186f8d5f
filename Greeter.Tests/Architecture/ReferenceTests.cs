using System.Reflection;
using System.Xml.Linq;

namespace Greeter.Tests;

/// <summary>
/// References point one way: Tests, Benchmarks → Server, Client → Hosting, Protos, GrpcTls.*; GrpcTls.AspNetCore → GrpcTls ← GrpcTls.Client.
/// Nothing in the library sees the sample.
/// </summary>
public sealed class ReferenceTests
{
    private static readonly string[] Everything =
        ["Greeter.Client", "Greeter.Hosting", "Greeter.Protos", "Greeter.Server", "GrpcTls", "GrpcTls.AspNetCore", "GrpcTls.Client"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["GrpcTls"] = [],
        ["GrpcTls.AspNetCore"] = ["GrpcTls"],
        ["GrpcTls.Client"] = ["GrpcTls"],
        ["Greeter.Protos"] = [],
        ["Greeter.Hosting"] = ["GrpcTls"],
        ["Greeter.Server"] = ["Greeter.Hosting", "Greeter.Protos", "GrpcTls", "GrpcTls.AspNetCore"],
        ["Greeter.Client"] = ["Greeter.Hosting", "Greeter.Protos", "GrpcTls", "GrpcTls.Client"],
        ["Greeter.Tests"] = Everything,
        ["Greeter.Benchmarks"] = Everything,
    };

    private static readonly Assembly[] Assemblies =
    [
        typeof(GrpcTls.TlsMaterial).Assembly, typeof(GrpcTls.AspNetCore.Caller).Assembly, typeof(GrpcTls.Client.TlsChannel).Assembly,
        typeof(Helloworld.HelloRequest).Assembly, Assembly.Load("Greeter.Server"), Assembly.Load("Greeter.Client"),
    ];

    // Beside the solution: all of the repository's projects.
    private static readonly string[] Found =
        [.. Directory.GetDirectories(Programs.Root).SelectMany(folder => Directory.GetFiles(folder, "*.csproj")).Select(Name).Order()];

    public static TheoryData<string> Projects => [.. Found];

    public static TheoryData<string> AssemblyNames => [.. Assemblies.Select(assembly => assembly.GetName().Name!)];

    public static TheoryData<string> Library => [.. Allowed.Keys.Where(name => name.StartsWith("GrpcTls", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        Allowed.Should().ContainKey(project, "a new project says here what it may refer to");
        References(project, "ProjectReference").Select(Name).Should().BeSubsetOf(Allowed[project]);
    }

    // What the project file does not say: sources of another project that are compiled in, assemblies by path.
    [Theory]
    [MemberData(nameof(AssemblyNames))]
    public void An_assembly_refers_only_to_those_below_it(string assembly) =>
        Assemblies.Single(one => one.GetName().Name == assembly).GetReferencedAssemblies()
            .Select(name => name.Name!).Where(Allowed.ContainsKey).Should().BeSubsetOf(Allowed[assembly]);

    [Fact]
    public void The_tests_find_every_project() => Found.Should().Contain(Allowed.Keys.Where(name => name != "Greeter.Benchmarks"));

    [Theory]
    [MemberData(nameof(Library))]
    public void Only_tests_and_the_library_itself_see_the_librarys_internals(string project) =>
        References(project, "InternalsVisibleTo").Should().BeSubsetOf(
            ["Greeter.Tests", "Greeter.Benchmarks", "GrpcTls.AspNetCore", "GrpcTls.Client"], "the sample uses what everybody can use");

    [Fact]
    public void The_core_needs_no_asp_net_and_no_grpc()
    {
        References("GrpcTls", "PackageReference").Should().NotBeEmpty()
            .And.OnlyContain(package => package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));
        References("GrpcTls", "FrameworkReference").Should().BeEmpty();
        Project("GrpcTls").Root!.Attribute("Sdk")!.Value.Should().Be("Microsoft.NET.Sdk");
        Assemblies[0].GetReferencedAssemblies().Select(name => name.Name!).Should().OnlyContain(
            name => name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_library_for_clients_needs_no_asp_net()
    {
        References("GrpcTls.Client", "FrameworkReference").Should().BeEmpty();
        Assemblies[2].GetReferencedAssemblies().Should().NotContain(
            name => name.Name!.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("server.cs")]
    [InlineData("client.cs")]
    public void A_minimal_program_uses_the_messages_and_nothing_else_of_this_repository(string program)
    {
        var lines = File.ReadAllLines(Programs.Source("minimal", program));

        lines.Where(line => line.StartsWith("#:project", StringComparison.Ordinal) || line.StartsWith("#:include", StringComparison.Ordinal))
            .Should().Equal("#:project ../Greeter.Protos/Greeter.Protos.csproj");
        lines.Should().NotContain(line => line.Contains("GrpcTls", StringComparison.Ordinal));
    }

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project.Replace('\\', '/'));

    private static List<string> References(string project, string kind) =>
        [.. Project(project).Descendants(kind).Select(reference => reference.Attribute("Include")!.Value)];

    private static XDocument Project(string project) => XDocument.Load(Programs.Source(project, project + ".csproj"));
}

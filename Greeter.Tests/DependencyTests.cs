using System.Reflection;
using System.Xml.Linq;

namespace Greeter.Tests;

/// <summary>Dependencies point one way: Tests, Benchmarks → Server, Client → Hosting, Protos, GrpcTls.*.</summary>
public sealed class DependencyTests
{
    internal static string Repository { get; } = FindRepository();

    private static readonly string[] All =
    [
        "Greeter.Client", "Greeter.Hosting", "Greeter.Protos", "Greeter.Server", "GrpcTls", "GrpcTls.AspNetCore", "GrpcTls.Client",
    ];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Greeter.Protos"] = [],
        ["GrpcTls"] = [],
        ["GrpcTls.AspNetCore"] = ["GrpcTls", "Greeter.Hosting"],
        ["GrpcTls.Client"] = ["GrpcTls"],
        ["Greeter.Hosting"] = ["GrpcTls"],
        ["Greeter.Server"] = ["Greeter.Hosting", "Greeter.Protos", "GrpcTls", "GrpcTls.AspNetCore"],
        ["Greeter.Client"] = ["Greeter.Hosting", "Greeter.Protos", "GrpcTls", "GrpcTls.Client"],
        ["Greeter.Tests"] = All,
        ["Greeter.Benchmarks"] = All,
    };

    private static readonly Assembly Tls = typeof(GrpcTls.TlsMaterial).Assembly;

    private static readonly Assembly[] Assemblies =
    [
        typeof(Helloworld.HelloRequest).Assembly, Tls, typeof(Server.GreeterService).Assembly, typeof(Client.ExitCode).Assembly,
        typeof(Hosting.ContentRoot).Assembly, typeof(DependencyTests).Assembly,
    ];

    private static readonly string[] Found =
        [.. Directory.EnumerateFiles(Repository, "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    public static TheoryData<string> Projects => [.. Found];

    public static TheoryData<string> AssemblyNames => [.. Assemblies.Select(assembly => assembly.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        Allowed.Should().ContainKey(project, "a new project says here what it may refer to");
        References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).Should().BeSubsetOf(Allowed[project]);
    }

    [Theory]
    [MemberData(nameof(AssemblyNames))]
    public void An_assembly_refers_only_to_those_below_it(string assembly) =>
        Assemblies.Single(one => one.GetName().Name == assembly).GetReferencedAssemblies()
            .Select(name => name.Name!).Where(name => Allowed.ContainsKey(name))
            .Should().BeSubsetOf(Allowed[assembly]);

    [Fact]
    public void The_tests_find_every_project() =>
        Found.Should().Contain(Allowed.Keys.Where(name => name != "Greeter.Benchmarks"));

    [Fact]
    public void The_project_of_tls_has_no_asp_net_and_no_grpc()
    {
        References("GrpcTls", "PackageReference").Should().OnlyContain(
            package => package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                && (package.EndsWith(".Abstractions", StringComparison.Ordinal) || package == "Microsoft.Extensions.Options"));
        References("GrpcTls", "FrameworkReference").Should().BeEmpty();
        Project("GrpcTls").Root!.Attribute("Sdk")!.Value.Should().Be("Microsoft.NET.Sdk");
    }

    [Fact]
    public void The_assembly_of_tls_has_no_asp_net_and_no_grpc() =>
        Tls.GetReferencedAssemblies().Select(name => name.Name!).Should().OnlyContain(
            name => name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));

    private static List<string> References(string project, string kind) =>
        Project(project).Descendants(kind).Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/')).ToList();

    private static XDocument Project(string project) => XDocument.Load(Path.Combine(Repository, project, project + ".csproj"));

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Greeter.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}

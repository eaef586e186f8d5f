namespace Greeter.Tests;

/// <summary>dotnet new grpc-mtls, as a person who has the repository uses it.</summary>
public sealed class TemplateTests : IDisposable
{
    private static readonly string[] TopLevel =
    [
        ".editorconfig", ".gitattributes", ".gitignore", "Directory.Build.props", "Directory.Packages.props", "GrpcTls",
        "GrpcTls.AspNetCore", "GrpcTls.Client", "LICENSE", "Orders.Client", "Orders.Hosting", "Orders.Protos", "Orders.Server",
        "Orders.Tests", "Orders.sln", "README.md", "certs", "global.json", "scripts",
    ];

    private readonly TestFolder _folder = new();

    private string Orders => _folder.Path("Orders");

    [Fact]
    public async Task A_service_that_is_made_of_the_template_has_its_own_name_and_greets_and_passes_its_tests()
    {
        await MakeAsync();
        Directory.EnumerateFileSystemEntries(Orders).Select(Path.GetFileName).Should().BeEquivalentTo(TopLevel);
        MentionsOf("orders").Should().NotBeEmpty("the search finds what is there");
        MentionsOf("greeter").Should().BeEmpty();
        Directory.EnumerateFiles(Orders, "*.pem", SearchOption.AllDirectories).Should().BeEmpty("keys stay where they were made");

        await DotnetAsync("build", "--nologo");
        (await DotnetAsync("run", "scripts/demo.cs")).Should().Contain("insecure").And.Contain("client-certificate-missing");
        await GreetAsync();
        (await DotnetAsync("test", "--no-build", "--nologo")).Should().Contain("Failed:     0, Passed:     6");
    }

    public void Dispose() => _folder.Dispose();

    // In a hive of its own: what is installed on this machine stays as it is.
    private async Task MakeAsync()
    {
        string[] hive = ["--debug:custom-hive", _folder.Path("hive")];
        foreach (var command in new string[][] { ["install", Programs.Root], ["grpc-mtls", "--name", "Orders"] })
        {
            var run = await ChildProcess.RunAsync(Programs.Dotnet, ["new", .. command, .. hive], _folder.Root);
            run.ExitCode.Should().Be(0, run.Output + run.Error);
        }
    }

    // The server on free ports and the client that calls it, through settings alone.
    private async Task GreetAsync()
    {
        var bin = Path.GetRelativePath(Programs.Source("Greeter.Tests"), AppContext.BaseDirectory);
        bin = Path.Combine("bin", "Debug", Path.GetFileName(Path.TrimEndingDirectorySeparator(bin)));
        await using var server = ChildProcess.Start(
            Programs.Dotnet, [Path.Combine(Orders, "Orders.Server", bin, "Orders.Server.dll")], Orders,
            ("Ports__Insecure", "0"), ("Ports__Tls", "0"), ("Ports__Mtls", "0"));
        await server.Error.WaitForAsync("orders: ready");
        const string Listening = "orders: listening mtls ";
        var said = server.Error.ToString().Split('\n').Single(line => line.StartsWith(Listening, StringComparison.Ordinal));
        var address = said[Listening.Length..].Trim();

        var client = await ChildProcess.RunAsync(
            Programs.Dotnet, [Path.Combine(Orders, "Orders.Client", bin, "Orders.Client.dll")], Orders, ("Addresses__Mtls", address));

        client.Should().Be(new ProcessResult(0, $"Hello World{Environment.NewLine}", ""));
    }

    private async Task<string> DotnetAsync(params string[] arguments)
    {
        var run = await ChildProcess.RunAsync(Programs.Dotnet, arguments, Orders);
        run.ExitCode.Should().Be(0, run.Output + run.Error);
        return run.Output;
    }

    // Names of files and folders, and lines of text; the licence names its holder.
    private List<string> MentionsOf(string word) =>
    [
        .. Directory.EnumerateFileSystemEntries(Orders, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Orders, path))
            .Where(path => path.Contains(word, StringComparison.OrdinalIgnoreCase)),
        .. Directory.EnumerateFiles(Orders, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "LICENSE")
            .SelectMany(File.ReadLines).Where(line => line.Contains(word, StringComparison.OrdinalIgnoreCase)),
    ];
}

namespace Greeter.Tests;

/// <summary>Which appsettings.json a program reads: never one that somebody put above it; and what it says of a broken one.</summary>
public sealed class SettingsPlaceTests : IDisposable
{
    private const string Broken = "{\n  \"Ports\": {\n    \"Tls\": 0,,\n  }\n}\n";

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    // Where the program lies, where a broken file lies, whether there is a project's file, and whether the broken one is read.
    public static TheoryData<string, string, string?, bool> Places => new()
    {
        { "app", "app", null, true },
        { "app", "", null, false },
        { "app", "", "Server.csproj", false },
        { "server/bin/Debug/net10.0", "server", "server/Server.csproj", true },
        { "server/bin/Debug/net10.0", "server", null, false },
        { "server/bin/Debug/net10.0", "", "server/Server.csproj", false },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Settings_stand_beside_the_program_or_in_its_project_and_nowhere_above(
        string program, string settings, string? project, bool isRead)
    {
        var place = Directory.CreateDirectory(_folder.Path(program)).FullName;
        var files = Directory.GetFiles(Path.GetDirectoryName(Programs.Server)!);
        foreach (var path in files.Where(path => Path.GetFileName(path) != "appsettings.json"))
            File.Copy(path, Path.Combine(place, Path.GetFileName(path)));
        _folder.Write(Path.Combine(settings, "appsettings.json"), Broken);
        if (project is not null)
            _folder.Write(project, "<Project />");

        var run = await ChildProcess.RunAsync(Programs.Dotnet, [Path.Combine(place, "Greeter.Server.dll"), "--Ports:Tsl", "0"]);

        run.ExitCode.Should().Be(2);
        ThreeLines.Ids(run.Error).Should().Equal(isRead ? "settings-unreadable" : "unknown-setting");
        if (isRead)
        {
            run.Error.Should().Contain(_folder.Path(Path.Combine(settings, "appsettings.json")))
                .And.Contain("Line 3, column 14: ").And.NotContain("LineNumber");
        }
    }

    public void Dispose() => _folder.Dispose();
}

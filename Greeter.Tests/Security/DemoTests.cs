namespace Greeter.Tests;

/// <summary>scripts/demo.cs and docs/tap.cs: they say what they do while it takes long, and what they take.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [FactOnUnix(interrupts: true)]
    public async Task While_it_builds_the_demo_says_so_again_and_again_and_an_interruption_claims_no_server()
    {
        if (OperatingSystem.IsWindows())
            return;

        // Beside the demo's own program, where it is looked for first.
        await BuiltScript.CopyAsync("scripts/demo.cs", _folder.Root);
        var dotnet = _folder.Path("built/demo/dotnet");
        File.WriteAllText(dotnet, "#!/bin/bash\n[ \"$1\" = build ] && exec sleep 600\nexit 0\n");
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var demo = ChildProcess.Start(
            _folder.Path("built/demo/demo"), [], folder: null,
            ("DOTNET_ROOT", Path.GetFullPath("../../..", System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory())));

        await demo.Error.WaitForAsync("demo: building the server; the first time takes a minute");
        await demo.Error.WaitForAsync("demo: still building the server, 8 s");
        await demo.Error.WaitForAsync("demo: still building the server, 16 s");
        await demo.InterruptAsync();

        var end = await demo.WaitForEndAsync();
        (end.ExitCode, end.Output).Should().Be((1, ""));
        end.Error.Should().EndWith($"demo: interrupted; nothing goes on running{Environment.NewLine}").And.NotContain("server is stopped");
    }

    [Theory]
    [InlineData("demo", 0, "--help")]
    [InlineData("demo", 2, "--fast")]
    [InlineData("tap", 0, "--help")]
    [InlineData("tap", 2)]
    [InlineData("tap", 2, "50061", "50051")]
    [InlineData("tap", 2, "fifty", "50051", "World")]
    [InlineData("tap", 2, "50061", "99999", "World")]
    public async Task Help_is_an_answer_and_a_wrong_command_line_three_lines(string script, int exitCode, params string[] arguments)
    {
        var run = await ChildProcess.RunAsync(Programs.Dotnet, [await BuiltScript.Of(script == "demo" ? "scripts/demo.cs" : "docs/tap.cs"), .. arguments]);

        run.ExitCode.Should().Be(exitCode, run.Error);
        if (exitCode != 0)
            ThreeLines.Ids(run.Error, script).Should().Equal("usage");
        else
            (run.Error, run.Output.Contains($"Usage: dotnet run {(script == "tap" ? "docs" : "scripts")}/{script}.cs")).Should().Be(("", true));
    }

    [Fact]
    public async Task A_tap_whose_server_is_not_there_goes_on()
    {
        var (port, nobody) = (FailureConnectionTests.FreePort(), FailureConnectionTests.FreePort());
        await using var tap = ChildProcess.Start(Programs.Dotnet, [await BuiltScript.Of("docs/tap.cs"), $"{port}", $"{nobody}", "World"]);
        await tap.Output.WaitForAsync("ready");

        foreach (var _ in new[] { 1, 2 })
        {
            var call = await TestClient.RunAsync(_folder, "--credentials", "insecure", "--address", $"http://127.0.0.1:{port}");
            call.ExitCode.Should().Be(1);
        }

        await tap.Output.WaitForAsync($"tap: the connection to port {nobody} ended: ");
    }

    public void Dispose() => _folder.Dispose();
}

using Grpc.Core;

namespace Greeter.Tests;

/// <summary>scripts/users.cs: who can sign in.</summary>
public sealed class UsersScriptTests : IDisposable
{
    private const string Password = "opensesame!";

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    private string Users => _folder.Path("users.txt");

    [Fact]
    public async Task A_user_that_is_added_can_sign_in_and_one_that_is_removed_cannot()
    {
        (await RunAsync(Password + "\n", "add", "alice")).ExitCode.Should().Be(0);
        await using var server = await TestServer.StartAsync(_folder, "--SignIn:Users", Users, "--SignIn:TokenKeys", _folder.Path("token_keys"));

        (await server.SignInAsync(Proof.None, PortKind.Tls, "alice", Password)).AccessToken.Should().NotBeEmpty();
        (await server.RefusedAsync(PortKind.Tls, "alice", Password + "\n")).StatusCode.Should().Be(StatusCode.Unauthenticated);

        (await RunAsync("another password\n", "add", "alice")).Output.Should().StartWith("users: changed alice");
        (await server.SignInAsync(Proof.None, PortKind.Tls, "alice", "another password")).AccessToken.Should().NotBeEmpty();
        (await RunAsync("", "remove", "alice")).ExitCode.Should().Be(0);
        (await server.RefusedAsync(PortKind.Tls, "alice", "another password")).StatusCode.Should().Be(StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task Users_are_listed_by_name_and_nothing_tells_a_password()
    {
        foreach (var name in new[] { "bob", "alice" })
        {
            var added = await RunAsync(Password + "\n", "add", name);
            added.Should().Be(new ProcessResult(0, added.Output, ""));
            added.Output.Should().StartWith($"users: added {name} in {Users}").And.NotContain(Password);
        }

        (await RunAsync("", "list")).Should().Be(new ProcessResult(0, $"alice{Environment.NewLine}bob{Environment.NewLine}", ""));
        File.ReadAllText(Users).Should().NotContain(Password);
    }

    [Fact]
    public async Task Of_four_users_that_are_added_at_once_all_are_there_and_of_two_that_are_removed_none()
    {
        string[] names = ["alice", "bob", "carol", "dave"];

        (await Task.WhenAll(names.Select(name => RunAsync(Password + "\n", "add", name)))).Should().OnlyContain(run => run.ExitCode == 0);
        (await RunAsync("", "list")).Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Should().Equal(names);

        (await Task.WhenAll(names[..2].Select(name => RunAsync("", "remove", name)))).Should().OnlyContain(run => run.ExitCode == 0);
        (await RunAsync("", "list")).Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Should().Equal(names[2..]);
    }

    [FactOnUnix]
    public async Task A_folder_that_is_made_for_the_file_is_its_owners_and_git_leaves_it_out()
    {
        var users = _folder.Path("new/users.txt");

        const string Command = "umask 000; echo \"$1\" | exec \"${@:2}\"";
        string[] arguments = [Programs.Dotnet, await BuiltScript.Of("scripts/users.cs"), "add", "alice", "--file", users];
        var run = await ChildProcess.RunAsync("bash", ["-c", Command, "bash", Password, .. arguments]);

        run.ExitCode.Should().Be(0, run.Error);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(_folder.Path("new")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.ReadAllText(_folder.Path("new/.gitignore")).Should().Be("*\n");
    }

    [FactOnUnix]
    public async Task Only_the_owner_can_read_the_file()
    {
        await RunAsync(Password + "\n", "add", "alice");

        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Users).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("1234567\n", "password-short", "add", "alice")]
    [InlineData("", "password-short", "add", "alice")]
    [InlineData(Password, "user-name-invalid", "add", "alice smith")]
    [InlineData(Password, "user-name-invalid", "add", "a:b")]
    [InlineData(Password, "user-name-invalid", "add", "")]
    [InlineData("", "user-unknown", "remove", "alice")]
    [InlineData(Password, "usage", "add")]
    [InlineData(Password, "usage", "add", "alice", Password)]
    [InlineData("", "usage", "frobnicate")]
    [InlineData("", "usage")]
    public async Task What_cannot_be_done_is_three_lines_and_changes_nothing(string input, string problem, params string[] arguments)
    {
        var run = await RunAsync(input, arguments);

        (run.ExitCode, run.Output).Should().Be((2, ""), run.Error);
        ThreeLines.Ids(run.Error, "users").Should().Equal(problem);
        File.Exists(Users).Should().BeFalse();
    }

    [Fact]
    public async Task A_damaged_file_is_left_as_it_is()
    {
        File.WriteAllText(Users, "alice\n");

        var run = await RunAsync(Password + "\n", "add", "bob");

        run.ExitCode.Should().Be(2);
        ThreeLines.Ids(run.Error, "users").Should().Equal("users-damaged");
        File.ReadAllText(Users).Should().Be("alice\n");
    }

    [Fact]
    public async Task Help_is_an_answer()
    {
        var run = await RunAsync("", "--help");

        run.Should().Be(new ProcessResult(0, run.Output, ""));
        run.Output.Should().ContainAll("add", "remove", "list", "--file");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<ProcessResult> RunAsync(string input, params string[] arguments)
    {
        string[] file = arguments.Length > 0 && arguments[0] != "--help" ? ["--file", Users] : [];
        await using var process = ChildProcess.Start(Programs.Dotnet, [await BuiltScript.Of("scripts/users.cs"), .. arguments, .. file]);
        await process.Input.WriteAsync(input);
        process.Input.Close();
        return await process.WaitForEndAsync();
    }
}

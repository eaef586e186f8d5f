using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>certs.cs: runs at the same time, modes and links of folders, git, and a root's key that lies in a safe.</summary>
[Collection(MadeCertificates.Name)]
public sealed class ScriptSecurityTests(MadeCertificates made) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task Of_two_revocations_at_once_both_land()
    {
        var folder = made.CopyTo(_folder);
        string[] names = ["alice", "bob", "carol"];
        (await made.RunAsync(folder, [.. names.SelectMany(name => new[] { "--client-name", name })])).ExitCode.Should().Be(0);

        var runs = await Task.WhenAll(names.Select(name => made.RunAsync(folder, "--revoke", name)));

        runs.Should().OnlyContain(run => run.ExitCode == 0);
        System.Security.Cryptography.X509Certificates.CertificateRevocationListBuilder
            .LoadPem(File.ReadAllText(Path.Combine(folder, "server", "client_ca.crl")), out var number);
        number.Should().Be(3, "each run went on from the one before it");
    }

    [Fact]
    public async Task Two_first_runs_at_once_leave_one_set_that_fits()
    {
        var folder = _folder.Path("new/certs");

        var runs = await Task.WhenAll(made.RunAsync(folder), made.RunAsync(folder), made.RunAsync(folder, "--client-name", "alice"));

        runs.Should().OnlyContain(run => run.ExitCode == 0);
        (await made.RunAsync(folder)).Output.Should().StartWith($"certs: {folder} is complete; nothing was changed");
        runs.Count(run => run.Output.Contains("new   server_ca/", StringComparison.Ordinal)).Should().Be(1, "the others found it");
    }

    [Fact]
    public async Task A_run_says_whom_it_waits_for_and_goes_on_after_it()
    {
        var folder = made.CopyTo(_folder);
        var alice = Path.Combine(folder, "clients", "alice", "client_cert.pem");
        var other = FolderLock.Take(folder, isPrivate: false);
        await using var run = made.Start(folder, "--client-name", "alice");

        await run.Error.WaitForAsync($"certs: another run is at work in {folder}; waiting for it");
        File.Exists(alice).Should().BeFalse();
        other.Dispose();

        (await run.WaitForEndAsync()).ExitCode.Should().Be(0);
        File.Exists(alice).Should().BeTrue();
    }

    [Fact]
    public void Whoever_waits_too_long_is_told_who_has_the_lock_and_a_free_one_is_taken_at_once()
    {
        var take = () => FolderLock.Take(_folder.Root, isPrivate: false, limit: TimeSpan.FromMilliseconds(100));
        using (FolderLock.Take(_folder.Root, isPrivate: false))
            take.Should().Throw<TimeoutException>().WithMessage($"another run has held {_folder.Path(".lock")} for *");

        take().Dispose();
    }

    [FactOnUnix]
    public async Task Whatever_the_umask_folders_with_keys_are_their_owners_and_the_others_are_nobodys_to_write()
    {
        var folder = _folder.Path("certs");

        var run = await ChildProcess.RunAsync(
            "bash", ["-c", "umask 000; exec \"$@\"", "bash", .. made.Command(folder, "--client-name", "alice")]);

        run.ExitCode.Should().Be(0, run.Error);
        var modes = Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Append(folder)
            .ToDictionary(path => Path.GetRelativePath(folder, path), Mode);
        modes.Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["."] = "755",
            ["clients"] = "755",
            ["server"] = "700",
            ["client"] = "700",
            ["clients/alice"] = "700",
            ["server_ca"] = "700",
            ["client_ca"] = "700",
        });
    }

    [FactOnUnix]
    public async Task A_folder_that_was_there_keeps_its_mode()
    {
        var folder = Directory.CreateDirectory(_folder.Path("certs")).FullName;
        var authority = Directory.CreateDirectory(Path.Combine(folder, "server_ca")).FullName;
        SetMode(authority, "750");

        (await made.RunAsync(folder)).ExitCode.Should().Be(0);

        Mode(authority).Should().Be("750");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("server_ca", true)]
    [InlineData("server", true)]
    [InlineData("clients/alice", true)]
    [InlineData("", false)]
    [InlineData("server_ca", false)]
    [InlineData("clients/alice", false)]
    public async Task Nothing_is_written_through_a_link(string below, bool isLink)
    {
        if (OperatingSystem.IsWindows())
            return; // A link takes a right there that few have.
        var stranger = Directory.CreateDirectory(_folder.Path("stranger")).FullName;
        SetMode(stranger, "755");
        var folder = _folder.Path("certs");
        var place = Path.Combine(folder, below).TrimEnd('/');
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        if (isLink)
            Directory.CreateSymbolicLink(place, stranger);
        else
            Directory.CreateDirectory(place);

        var run = await made.RunAsync(folder, "--client-name", "alice");

        run.ExitCode.Should().Be(isLink ? 2 : 0, run.Error);
        if (isLink)
            ThreeLines.Ids(run.Error, "certs").Should().Equal("files-unusable");
        if (isLink)
            run.Error.Should().Contain($"{place} is a link to {stranger}");
        Directory.EnumerateFileSystemEntries(stranger).Should().BeEmpty();
        Mode(stranger).Should().Be("755");
    }

    [FactWithProgram("git", "https://git-scm.com")]
    public async Task Git_never_sees_a_key_wherever_the_folder_is()
    {
        await GitAsync("init", "--quiet");
        Directory.CreateDirectory(_folder.Path("certs"));
        foreach (var name in new[] { ".gitignore", "README.md" })
            File.Copy(Programs.Source("certs", name), _folder.Path($"certs/{name}"));
        Directory.CreateDirectory(_folder.Path("src"));
        _folder.Write("src/mine.txt", "mine");

        foreach (var folder in new[] { "certs", "other", "src" })
            (await made.RunAsync(_folder.Path(folder), "--client-name", "alice")).ExitCode.Should().Be(0);
        (await made.RunAsync(_folder.Path("src"), "--broken", "weak-key")).ExitCode.Should().Be(0);

        // In a folder of somebody else's, the empty lock is all that shows.
        (await GitAsync("status", "--porcelain", "--untracked-files=all")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Should().BeEquivalentTo("?? certs/.gitignore", "?? certs/README.md", "?? src/mine.txt", "?? src/.lock");
    }

    [Theory]
    [InlineData("--renew")]
    [InlineData("--client-name", "bob")]
    [InlineData("--revoke", "client_cert.pem")]
    [InlineData("--broken", "server-certificate-expired")]
    public async Task Without_the_roots_keys_everything_but_a_new_authority_can_be_made(params string[] options)
    {
        var folder = made.CopyTo(_folder);
        foreach (var authority in new[] { "server_ca", "client_ca" })
            File.Delete(Path.Combine(folder, authority, "root_key.pem"));

        var run = await made.RunAsync(folder, options);
        var after = await made.RunAsync(folder);

        run.ExitCode.Should().Be(0, run.Error);
        after.Output.Should().Contain("is complete; nothing was changed");
        File.Exists(Path.Combine(folder, "server_ca", "root_key.pem")).Should().BeFalse("nobody made another one");
    }

    [Theory]
    [InlineData("issuing_key.pem")]
    [InlineData("issuing_cert.pem")]
    [InlineData("root_cert.pem")]
    public async Task Without_another_file_of_an_authority_nothing_is_made_and_starting_over_is_not_proposed(string file)
    {
        var folder = made.CopyTo(_folder);
        File.Delete(Path.Combine(folder, "server_ca", file));
        var before = MadeFiles.Below(folder);

        var run = await made.RunAsync(folder, "--renew");

        run.ExitCode.Should().Be(2);
        ThreeLines.Ids(run.Error, "certs").Should().Equal("authority-incomplete");
        run.Error.Should().Contain(Path.Combine(folder, "server_ca", file)).And.NotContain("--force").And.Contain($"--out {folder}-next");
        MadeFiles.Below(folder).Should().Equal(before);
    }

    [Fact]
    public async Task A_roots_key_that_is_alone_is_not_overwritten()
    {
        Directory.CreateDirectory(_folder.Path("certs/server_ca"));
        var key = _folder.Write("certs/server_ca/root_key.pem", "a key");

        var run = await made.RunAsync(_folder.Path("certs"));

        ThreeLines.Ids(run.Error, "certs").Should().Equal("authority-incomplete");
        File.ReadAllText(key).Should().Be("a key");
    }

    public void Dispose() => _folder.Dispose();

#pragma warning disable CA1416 // Asked only where there are modes.
    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);

    private static void SetMode(string path, string mode) => File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
#pragma warning restore CA1416

    private async Task<string> GitAsync(params string[] arguments)
    {
        var run = await ChildProcess.RunAsync("git", arguments, _folder.Root);
        run.ExitCode.Should().Be(0, run.Error);
        return run.Output;
    }
}

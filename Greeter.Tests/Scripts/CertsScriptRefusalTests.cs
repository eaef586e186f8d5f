namespace Greeter.Tests;

/// <summary>What certs.cs refuses: three lines, exit code 2, and nothing is written.</summary>
[Collection(MadeCertificates.Name)]
public sealed class CertsScriptRefusalTests(MadeCertificates made) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("usage", "--renw")]
    [InlineData("usage", "--key", "dsa")]
    [InlineData("usage", "--renew", "--force")]
    [InlineData("usage", "--revoke", "client_cert.pem", "--days", "3")]
    [InlineData("days-invalid", "--days", "826")]
    [InlineData("days-invalid", "--days", "1.5")]
    [InlineData("server-name-invalid", "--server-name", "https://greeter.example.com")]
    [InlineData("client-name-invalid", "--client-name", "Alice")]
    public async Task A_wrong_option_writes_nothing(string id, params string[] options)
    {
        var folder = _folder.Path("certs");

        var run = await made.RunAsync(folder, options);

        Refusal(run).Should().Be(id);
        Directory.Exists(folder).Should().BeFalse();
    }

    [Fact]
    public async Task The_longest_lifetime_a_wildcard_and_one_authority_for_both_are_taken()
    {
        var folder = _folder.Path("certs");

        var run = await made.RunAsync(folder, "--days", "825", "--server-name", "*.example.com", "--shared-ca");

        run.ExitCode.Should().Be(0, run.Error);
        Directory.GetDirectories(folder).Select(Path.GetFileName).Should().BeEquivalentTo("ca", "server", "client");
        var root = File.ReadAllText(Path.Combine(folder, "ca", "root_cert.pem"));
        File.ReadAllText(Path.Combine(folder, "server", "client_ca.pem")).Should().Be(root);
        File.ReadAllText(Path.Combine(folder, "client", "server_ca.pem")).Should().Be(root);
    }

    [Fact]
    public async Task One_authority_for_both_does_not_replace_two()
    {
        var folder = made.CopyTo(_folder);

        Refusal(await made.RunAsync(folder, "--shared-ca")).Should().Be("shared-ca-conflict");

        MadeFiles.Below(folder).Should().Equal(MadeFiles.Below(made.Ec));
    }

    [Fact]
    public async Task Half_an_authority_is_not_completed_with_another_half()
    {
        var folder = made.CopyTo(_folder);
        File.Delete(Path.Combine(folder, "server_ca", "issuing_key.pem"));
        var before = MadeFiles.Below(folder);

        var run = await made.RunAsync(folder, "--renew");

        Refusal(run).Should().Be("authority-incomplete");
        run.Error.Should().Contain(Path.Combine(folder, "server_ca", "issuing_key.pem"));
        MadeFiles.Below(folder).Should().Equal(before);
    }

    [Fact]
    public async Task A_lost_key_is_refused_and_mended_by_the_command_that_the_refusal_names()
    {
        var folder = made.CopyTo(_folder);
        File.Delete(Path.Combine(folder, "client", "client_key.pem"));

        var refused = await made.RunAsync(folder);
        var mended = await made.RunAsync(folder, "--renew");

        Refusal(refused).Should().Be("certificates-incomplete");
        refused.Error.Should().Contain($"certs: fix:   dotnet run scripts/certs.cs -- --renew --out {folder}");
        mended.ExitCode.Should().Be(0, mended.Error);
    }

    [Fact]
    public async Task A_file_in_the_folder_s_place_stays_as_it_is()
    {
        var file = _folder.Write("certs", "not a folder");

        Refusal(await made.RunAsync(file)).Should().Be("files-unusable");

        File.ReadAllText(file).Should().Be("not a folder");
    }

    public void Dispose() => _folder.Dispose();

    private static string Refusal(ProcessResult run)
    {
        (run.ExitCode, run.Output).Should().Be((2, ""), run.Error);
        return ThreeLines.Ids(run.Error, "certs").Should().ContainSingle().Subject;
    }
}

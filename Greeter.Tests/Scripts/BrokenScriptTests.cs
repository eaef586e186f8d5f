using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>certs.cs --broken, as a person runs it.</summary>
[Collection(MadeCertificates.Name)]
public sealed class BrokenScriptTests(MadeCertificates made) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_broken_set_is_made_beside_the_good_one_and_its_command_shows_the_problem()
    {
        var folder = made.CopyTo(_folder);

        var run = await made.RunAsync(folder, "--broken", "trusts-leaf");

        run.ExitCode.Should().Be(0, run.Error);
        MadeFiles.Below(folder).Where(file => !$"{file}".Contains("broken", StringComparison.Ordinal)).Should().Equal(MadeFiles.Below(made.Ec));
        run.Output.Should().Contain("the client does not call and says: [trusts-leaf]");
        var command = run.Output.Split('\n').Single(line => line.StartsWith("then: ", StringComparison.Ordinal));
        var client = await ClientProcess.RunAsync(command[(command.IndexOf(" -- ", StringComparison.Ordinal) + 4)..].Split(' '));
        client.ExitCode.Should().Be(2);
        ThreeLines.Ids(client.Error).Should().Equal("trusts-leaf");
    }

    [Fact]
    public async Task The_set_leads_to_the_authorities_that_are_there()
    {
        var folder = made.CopyTo(_folder);

        await made.RunAsync(folder, "--broken", "server-certificate-expired");

        foreach (var (file, twin) in new[] { ("server_ca.pem", "client"), ("client_ca.pem", "server") })
            File.ReadAllText(Path.Combine(folder, "broken", "server-certificate-expired", file)).Should().Be(File.ReadAllText(Path.Combine(folder, twin, file)));
    }

    [Fact]
    public async Task The_list_names_every_set()
    {
        var run = await made.RunAsync(_folder.Path("certs"), "--broken", "list");

        run.ExitCode.Should().Be(0);
        run.Output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0])
            .Should().Equal(BrokenSets.All.Select(set => set.Name));
        Directory.Exists(_folder.Path("certs")).Should().BeFalse();
    }

    [Theory]
    [InlineData("--broken", "no-such-thing")]
    [InlineData("--broken", "weak-key", "--force")]
    [InlineData("--broken", "weak-key", "--client-name", "alice")]
    [InlineData("--broken", "../weak-key")]
    [InlineData("--broken", "weak-key", "--revoke", "client_cert.pem")]
    public async Task What_there_is_no_set_for_is_refused(params string[] options)
    {
        var run = await made.RunAsync(_folder.Path("certs"), options);

        run.ExitCode.Should().Be(2);
        ThreeLines.Ids(run.Error, "certs").Should().Equal("usage");
        Directory.Exists(_folder.Path("certs")).Should().BeFalse();
    }

    public void Dispose() => _folder.Dispose();
}

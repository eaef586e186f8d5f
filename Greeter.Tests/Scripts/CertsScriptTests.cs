using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>What a run of certs.cs keeps and what it changes.</summary>
[Collection(MadeCertificates.Name)]
public sealed class CertsScriptTests(MadeCertificates made) : IDisposable
{
    private static readonly string[] Renewed =
        ["client/client_cert.pem", "client/client_key.pem", "server/server_cert.pem", "server/server_key.pem"];

    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_second_run_changes_nothing_and_says_what_is_there()
    {
        var folder = made.CopyTo(_folder);

        var run = await made.RunAsync(folder);

        run.Should().Be(new ProcessResult(0, run.Output, ""));
        run.Output.Should().StartWith($"certs: {folder} is complete; nothing was changed")
            .And.Contain("kept  server/").And.NotContain("new ");
        MadeFiles.Below(folder).Should().Equal(MadeFiles.Below(made.Ec));
    }

    [Fact]
    public async Task Renewing_keeps_the_authorities_and_makes_every_key_and_certificate_anew()
    {
        var folder = made.CopyTo(_folder);

        (await made.RunAsync(folder, "--renew")).ExitCode.Should().Be(0);

        Changed(folder).Should().Equal(Renewed);
    }

    [Fact]
    public async Task Renewing_adds_a_name_to_those_that_the_server_has_and_keeps_it_the_next_time()
    {
        var folder = made.CopyTo(_folder);

        (await made.RunAsync(folder, "--renew", "--server-name", "Greeter.example.com")).ExitCode.Should().Be(0);
        ServerNames(folder).Should().Equal("localhost", "greeter.example.com", "127.0.0.1", "::1");

        (await made.RunAsync(folder, "--renew", "--server-name", "10.0.0.7")).ExitCode.Should().Be(0);
        ServerNames(folder).Should().Equal("localhost", "greeter.example.com", "127.0.0.1", "::1", "10.0.0.7");
    }

    [Fact]
    public async Task A_name_that_would_take_renewing_changes_nothing_and_says_what_to_type()
    {
        var folder = made.CopyTo(_folder);

        var run = await made.RunAsync(folder, "--server-name", "greeter.example.com");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("note: not used, because the certificates exist: --server-name greeter.example.com")
            .And.Contain($"dotnet run scripts/certs.cs -- --renew --server-name greeter.example.com --out {folder}");
        Changed(folder).Should().BeEmpty();
    }

    [Fact]
    public async Task Renewing_keeps_roots_that_a_person_has_added()
    {
        var folder = made.CopyTo(_folder);
        var roots = Path.Combine(folder, "server", "client_ca.pem");
        File.AppendAllText(roots, TestPki.Ec.ClientCa.RootsPem);

        (await made.RunAsync(folder, "--renew")).ExitCode.Should().Be(0);

        MadeFiles.Read(roots).Should().HaveCount(2).And.Contain(TestPki.Ec.ClientCa.Root);
    }

    [Fact]
    public async Task A_further_client_gets_a_folder_of_its_own_and_nothing_else_changes()
    {
        var folder = made.CopyTo(_folder);

        (await made.RunAsync(folder, "--client-name", "alice")).ExitCode.Should().Be(0);

        Changed(folder).Should().BeEmpty();
        MadeFiles.Below(folder).Keys.Except(MadeFiles.Below(made.Ec).Keys).Should()
            .Equal("clients/alice/client_cert.pem", "clients/alice/client_key.pem", "clients/alice/server_ca.pem");
        MadeFiles.Read(folder, "clients", "alice", "client_cert.pem")[0].Subject.Should().Be("CN=alice");
    }

    [Fact]
    public async Task Starting_over_leaves_no_byte_of_the_old_set()
    {
        var folder = made.CopyTo(_folder);

        (await made.RunAsync(folder, "--force")).ExitCode.Should().Be(0);

        var before = MadeFiles.Below(made.Ec);
        MadeFiles.Below(folder).Keys.Should().Equal(before.Keys);
        Changed(folder).Should().Equal(before.Keys);
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> ServerNames(string folder) =>
        ServerName.Of(MadeFiles.Read(folder, "server", "server_cert.pem")[0]).Select(name => name.Text);

    // Files of the original set whose bytes are others now.
    private IEnumerable<string> Changed(string folder)
    {
        var now = MadeFiles.Below(folder);
        return MadeFiles.Below(made.Ec).Where(file => now.GetValueOrDefault(file.Key) != file.Value).Select(file => file.Key);
    }
}

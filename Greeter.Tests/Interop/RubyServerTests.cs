namespace Greeter.Tests;

/// <summary>
/// Our client and a server in Ruby, with <c>ServerCredentials.new(client_ca_pem, [{private_key:, cert_chain:}], true)</c>: the
/// other half of the question's answer. Its C core sends alerts, where .NET on Linux closes without a word.
/// </summary>
public sealed class RubyServerTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [FactWithRubyGrpc]
    public async Task Greets_our_client_with_each_kind_of_credentials()
    {
        foreach (var credentials in new[] { "insecure", "tls", "mtls" })
        {
            await using var server = Start(credentials);
            var address = await RubyPrograms.AddressAsync(server, credentials);

            foreach (var (method, replies) in new[] { ("--verbose", 1), ("--stream", 5) })
            {
                var client = await TestClient.RunAsync(_folder, "--credentials", credentials, "--address", address, method);
                client.Should().Be(new TestClient(0, string.Concat(Enumerable.Repeat("Hello World\n", replies)), ""));
            }

            (await TestClient.RunAsync(_folder, "Ada\n", ["--credentials", credentials, "--address", address, "--chat"]))
                .Should().Be(new TestClient(0, "Hello Ada\n", ""));
        }
    }

    [FactWithRubyGrpc]
    public async Task Refuses_our_client_and_our_client_says_why()
    {
        await using var server = Start("mtls");
        var address = await RubyPrograms.AddressAsync(server, "mtls");
        using var stranger = TestFolder.With(TestPki.Rsa);
        string[] theirs = ["--client-cert", stranger.ClientCert, "--client-key", stranger.ClientKey];

        var none = await TestClient.RunAsync(_folder, "--credentials", "tls", "--address", address);
        var other = await TestClient.RunAsync(_folder, ["--credentials", "mtls", "--address", address, .. theirs]);
        var mine = await TestClient.RunAsync(_folder, "--credentials", "mtls", "--address", address);

        (none.ExitCode, other.ExitCode, mine.ExitCode).Should().Be((1, 1, 0));
        none.Error.Should().Contain("[client-certificate-missing]").And.Contain("Greeter client_ca root");
        other.Error.Should().ContainAny("[client-authority-unknown]", "[client-authority-rekeyed]", "[client-certificate-refused]").And.Contain("CN=greeter-client");
    }

    [FactWithRubyGrpc]
    public async Task Is_looked_at_by_the_doctor()
    {
        await using var server = Start("mtls");

        var doctor = await TestClient.RunAsync(_folder, "doctor", await RubyPrograms.AddressAsync(server, "mtls"));

        doctor.ExitCode.Should().Be(0, doctor.Output + doctor.Error);
        doctor.Output.Should().Contain("SayHello: Hello World");
    }

    public void Dispose() => _folder.Dispose();

    private ChildProcess Start(string credentials) => RubyPrograms.Serve(_folder, credentials);
}

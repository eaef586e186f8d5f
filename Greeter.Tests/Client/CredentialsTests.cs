using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>Every kind of credentials on every port, with every method.</summary>
public sealed class CredentialsTests
{
    public static TheoryData<KeyKind, string> Hosts => new()
    {
        { KeyKind.Ec, "localhost" }, { KeyKind.Ec, "127.0.0.1" }, { KeyKind.Ec, "[::1]" }, { KeyKind.Rsa, "localhost" },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Matching_credentials_greet_with_every_method(KeyKind key, string host)
    {
        using var folder = TestFolder.With(TestPki.Of(key));
        await using var server = await TestServer.StartAsync(folder);
        foreach (var kind in new[] { PortKind.Insecure, PortKind.Tls, PortKind.Mtls })
        {
            string[] call = ["--credentials", kind.ToString().ToLowerInvariant(), "--address", server.Url(kind, host), "--name", "Ada"];

            var once = await TestClient.RunAsync(folder, call);
            var stream = await TestClient.RunAsync(folder, [.. call, "--stream"]);
            var chat = await TestClient.RunAsync(folder, "Ada\nGrace\n", [.. call, "--chat"]);

            once.Should().Be(new TestClient(0, "Hello Ada\n", ""));
            stream.Should().Be(new TestClient(0, string.Concat(Enumerable.Repeat("Hello Ada\n", 5)), ""));
            chat.Should().Be(new TestClient(0, "Hello Ada\nHello Grace\n", ""));
        }
    }

    [Theory]
    [InlineData("insecure", "Tls", "plaintext-to-tls-port")]
    [InlineData("insecure", "Mtls", "plaintext-to-tls-port")]
    [InlineData("tls", "Insecure", "tls-to-plaintext-port")]
    [InlineData("mtls", "Insecure", "tls-to-plaintext-port")]
    [InlineData("tls", "Mtls", "client-certificate-missing")]
    public async Task Credentials_of_another_kind_are_refused_and_say_why(string credentials, string port, string problem)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var scheme = credentials == "insecure" ? "http" : "https";

        var client = await TestClient.RunAsync(
            folder, "--credentials", credentials, "--address", $"{scheme}://localhost:{server.Port(Enum.Parse<PortKind>(port))}");

        client.ExitCode.Should().Be(1);
        client.Output.Should().BeEmpty();
        client.Error.Should().Contain($"[{problem}]");
    }

    [Fact]
    public async Task A_certificate_may_be_shown_to_the_port_that_asks_for_none_and_back_in_one_process()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        // Sessions of one port must not be resumed on the other, in either order.
        foreach (var address in new[] { server.Tls, server.Mtls, server.Tls, server.Mtls, server.Mtls, server.Tls })
        {
            var client = await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", address);
            client.Should().Be(new TestClient(0, "Hello World\n", ""));
        }
    }

    [Fact]
    public async Task One_authority_may_serve_both_sides()
    {
        using var folder = new TestFolder();
        var shared = TestPki.Ec.ServerCa;
        folder.Write(folder.ServerCa, shared.RootsPem);
        folder.Write(folder.ClientCa, shared.RootsPem);
        folder.WriteServer(shared.Issue(LeafProfile.Server(), TestPki.Now));
        folder.WriteClient(shared.Issue(LeafProfile.Client(), TestPki.Now));
        await using var server = await TestServer.StartAsync(folder);

        var client = await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls);

        client.Should().Be(new TestClient(0, "Hello World\n", ""));
    }

    [Fact]
    public async Task A_private_key_may_be_encrypted_on_both_sides()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        folder.Write(folder.ServerKey, EncryptedKey.Pem(TestPki.Ec.Server, "opensesame"));
        var password = folder.Write("password.txt", "opensesame\nsecond line\n");
        await using var server = await TestServer.StartAsync(folder, "--Tls:PrivateKeyPasswordFile", password);

        var client = await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls);

        client.Should().Be(new TestClient(0, "Hello World\n", ""));
    }

    [Fact]
    public async Task Server_name_is_verified_instead_of_the_address()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        folder.WriteServer(TestPki.Ec.ServerCa.Issue(LeafProfile.Server("greeter.example.com"), TestPki.Now));
        await using var server = await TestServer.StartAsync(folder);
        string[] call = ["--credentials", "mtls", "--address", server.Mtls];

        var by = await TestClient.RunAsync(folder, [.. call, "--server-name", "greeter.example.com"]);
        var without = await TestClient.RunAsync(folder, call);

        by.Should().Be(new TestClient(0, "Hello World\n", ""));
        without.ExitCode.Should().Be(1);
        without.Error.Should().Contain("[server-name-mismatch]").And.Contain("asked for localhost; the certificate is for greeter.example.com");
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Greeter.Tests;

/// <summary>What a person meets first: an address that no setting has, a server that does not run, a typing error, help.</summary>
public sealed class FirstStepsTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task Of_a_server_that_no_setting_has_the_doctor_assumes_a_public_one_and_says_so()
    {
        using var empty = new TestFolder();
        await using var server = await TestServer.StartAsync(_folder);

        var stranger = await WithoutFilesAsync(empty, ["doctor", $"localhost:{server.Port(PortKind.Tls)}"]);
        var ours = await WithoutFilesAsync(empty, ["doctor", server.Tls], ("Addresses__Tls", server.Tls));

        DoctorTests.Steps(stranger).Should().StartWith("assumed ok, resolve ok, connect ok, tls ok, certificate ok, trust FAIL");
        stranger.Output.Should().StartWith($"https://localhost:{server.Port(PortKind.Tls)}\n")
            .And.Contain("--credentials tls --server-ca system: ");
        stranger.ShouldFailWith("server-authority-unknown");
        stranger.ExitCode.Should().Be(1);
        ours.ShouldNotStart("file-missing", empty.ServerCa);
    }

    [Fact]
    public async Task An_address_without_its_scheme_is_taken_as_the_credentials_want_it()
    {
        await using var server = await TestServer.StartAsync(_folder);
        const string Passed = "http2 ok, call ok";

        var secure = await TestClient.RunAsync(_folder, "doctor", $"localhost:{server.Port(PortKind.Mtls)}");
        var insecure = await TestClient.RunAsync(
            _folder, "doctor", $"localhost:{server.Port(PortKind.Insecure)}", "--credentials", "insecure");
        var wrong = await TestClient.RunAsync(_folder, "doctor", "ftp://localhost:1");

        (secure.ExitCode, insecure.ExitCode).Should().Be((0, 0));
        DoctorTests.Steps(secure).Should().StartWith("resolve ok, connect ok, tls ok").And.EndWith(Passed);
        DoctorTests.Steps(insecure).Should().Be($"resolve ok, connect ok, {Passed}");
        wrong.ShouldNotStart("invalid-setting", "the address is 'ftp://localhost:1'");
        wrong.Error.Should().NotContain("--address", "the doctor has no such option");
    }

    [Theory]
    [InlineData("file-missing", "doctor", "https://localhost:1", "--json", "--server-ca", "nofile.pem")]
    [InlineData("wrong-usage", "doctor", "--json", "--jsn")]
    [InlineData("wrong-usage", "doctor", "--json", "--credentials", "ssl")]
    [InlineData("scheme-mismatch", "doctor", "http://localhost:1", "--json", "--credentials", "tls")]
    public async Task Who_asks_for_JSON_gets_it_in_every_outcome(string problem, params string[] arguments)
    {
        var json = await TestClient.RunAsync(_folder, arguments);
        var text = await TestClient.RunAsync(_folder, [.. arguments.Where(argument => argument != "--json")]);

        (json.ExitCode, json.Error).Should().Be((2, ""));
        using var answer = JsonDocument.Parse(json.Output);
        answer.RootElement.GetProperty("ok").GetBoolean().Should().BeFalse();
        answer.RootElement.GetProperty("problems")[0].GetProperty("id").GetString().Should().Be(problem);
        text.ShouldNotStart(problem);
    }

    [Fact]
    public async Task Where_nothing_answers_compare_says_so_once()
    {
        // Bound and not listening: nobody else is given this port meanwhile.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = $"//127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";

        var run = await ClientProcess.RunAsync(
            folder: null, ["compare", .. ClientProcess.Files(_folder)],
            ("Addresses__Insecure", $"http:{address}"), ("Addresses__Tls", $"https:{address}"), ("Addresses__Mtls", $"https:{address}"));

        run.ExitCode.Should().Be(1);
        run.Output.Split("server-unreachable").Should().HaveCount(1 + 9);
        run.Error.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(5).And.SatisfyRespectively(
            line => line.Should().Be("greeter: every kind of credentials on every port:"),
            line => line.Should().EndWith("[server-unreachable]"),
            line => line.Should().StartWith("greeter: cause: 127.0.0.1 port "),
            line => line.Should().StartWith("greeter: fix:   "),
            line => line.Should().Be("greeter: not as expected: every kind of credentials on every port"));
    }

    [Fact]
    public async Task Compare_tells_each_cause_once_and_whom_it_concerns()
    {
        await using var server = await TestServer.StartAsync(_folder);

        var run = await ClientProcess.RunAsync(
            folder: null, ["compare", .. ClientProcess.Files(_folder)],
            ("Addresses__Insecure", server.Insecure), ("Addresses__Tls", server.Tls), ("Addresses__Mtls", server.Mtls));

        run.ExitCode.Should().Be(0, run.Error);
        run.Error.Should().Contain("greeter: insecure credentials on the tls and the mtls port, refused as it should be:")
            .And.Contain("greeter: tls and mtls credentials on the insecure port, refused as it should be:")
            .And.NotContain("not as expected");
        run.Error.Split("[tls-to-plaintext-port]").Should().HaveCount(1 + 1);
        run.Error.Split("[plaintext-to-tls-port]").Should().HaveCount(1 + 1);
    }

    [Fact]
    public async Task Without_certificates_the_server_says_the_fix_once_and_every_file()
    {
        using var empty = new TestFolder();

        var run = await ServerProcess.RunAsync(TestServer.Arguments(empty));

        run.ExitCode.Should().Be(2);
        ThreeLines.Ids(run.Error).Should().Equal("file-missing");
        run.Error.Should().ContainAll(
            empty.ServerCert, empty.ServerKey, empty.ClientCa, "Tls:CertificateChain", "Tls:PrivateKey", "Tls:TrustedRoots");
    }

    [Theory]
    [InlineData("--credentials", "--credentails", "tls")]
    [InlineData("--server-ca", "--serverca", "file.pem")]
    [InlineData("--json", "doctor", "--jsn")]
    [InlineData("--credentials", "doctor", "--credentails", "tls")]
    [InlineData(null, "--frobnicate", "tls")]
    public async Task A_typing_error_is_one_error_with_what_was_most_likely_meant(string? meant, params string[] arguments)
    {
        var client = await TestClient.RunAsync(_folder, arguments);

        client.ShouldNotStart("wrong-usage", arguments.First(argument => argument[0] == '-'));
        ThreeLines.Ids(client.Error.ReplaceLineEndings("\n")).Should().ContainSingle();
        client.Error.Contains($"did you mean {meant}?", StringComparison.Ordinal).Should().Be(meant is not null, client.Error);
    }

    [Fact]
    public async Task A_folder_in_a_files_place_is_not_answered_with_chown()
    {
        var client = await TestClient.RunAsync(_folder, "--server-ca", _folder.Root);

        client.ShouldNotStart("file-unreadable", "it is a folder", "name the file in it");
        client.Error.Should().NotContain("chown");
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--Ports:Mtls", "50063", "--help")]
    public async Task The_servers_help_is_an_answer_with_every_section(params string[] arguments)
    {
        var run = await ServerProcess.RunAsync(arguments);

        run.Should().Be(new ProcessResult(0, run.Output, ""));
        run.Output.Should().ContainAll(
            "Usage: dotnet run --project Greeter.Server",
            "--Ports:Mtls", "--Listen:Mtls", "--Tls:PrivateKey", "--Access:", "--SignIn:Users", "--Limits:", "--Logging:");
        ThreeLines.Ids((await ServerProcess.RunAsync(["--halp"])).Error).Should().Equal("wrong-usage");
    }

    [Theory]
    [InlineData("https", "SSH-2.0-OpenSSH_9.9\r\n", "tls-to-plaintext-port", "it speaks SSH-2.0-OpenSSH_9.9")]
    [InlineData("http", "SSH-2.0-OpenSSH_9.9\r\n", "handshake-failed", "with SSH-2.0-OpenSSH_9.9")]
    [InlineData("http", "<!DOCTYPE html>\n<html>", "handshake-failed", "with HTML (<!DOCTYPE html>)")]
    [InlineData("http", "220 mail.example.com ESMTP\r\n", "handshake-failed", "beginning with '220 mail.example.com ESMTP'")]
    [InlineData("http", "\u0001\u0002\u0003 \u001b[2Jmore", "handshake-failed", "something unknown, beginning with 010203201B5B324A")]
    public async Task Who_answers_with_text_is_named_by_it(string scheme, string text, string problem, string said)
    {
        await using var server = new RawPeer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), stop);
            await stream.CopyToAsync(Stream.Null, stop);
        });

        var doctor = await TestClient.RunAsync(_folder, "doctor", $"{scheme}://127.0.0.1:{server.Port}");

        doctor.ShouldFailWith(problem, said);
    }

    [Theory]
    [InlineData("Mtls", false)]
    [InlineData("Tls", true)]
    public async Task A_refusal_without_a_certificate_names_the_roots_where_clients_are_asked(string port, bool isNobody)
    {
        await using var server = await TestServer.StartAsync(_folder);
        using var peer = await HostilePeer.ConnectAsync(server.Port(Enum.Parse<PortKind>(port)));

        await peer.TrySendAsync(HostilePeer.Preface);

        var line = await server.Log.WaitForAsync("[plaintext-to-tls-port]");
        line.Contains(TestPki.Ec.ClientCa.Root.Subject, StringComparison.Ordinal).Should().Be(!isNobody, line);
        line.Contains("nobody is asked", StringComparison.Ordinal).Should().Be(isNobody, line);
    }

    public void Dispose() => _folder.Dispose();

    // As after a clone: the files that the settings name are not there.
    private static async Task<TestClient> WithoutFilesAsync(TestFolder empty, string[] arguments, params (string, string?)[] more)
    {
        (string, string?)[] files =
            [("Tls__TrustedRoots", empty.ServerCa), ("Tls__CertificateChain", empty.ClientCert), ("Tls__PrivateKey", empty.ClientKey)];
        var run = await ClientProcess.RunAsync(empty.Root, arguments, [.. files, .. more]);
        return new TestClient(run.ExitCode, run.Output.ReplaceLineEndings("\n"), run.Error.ReplaceLineEndings("\n"));
    }
}

using System.Text.Json;

namespace Greeter.Tests;

/// <summary>The doctor goes step by step and says where the way ends.</summary>
public sealed class DoctorTests
{
    private const string Secure = "resolve ok, connect ok, tls ok, certificate ok, trust ok, name ok, client-certificate ok, http2 ok, call ok";

    // The credentials, the port, the steps, and the problem.
    public static TheoryData<string, string, string, string?> Ports => new()
    {
        { "insecure", "Insecure", "resolve ok, connect ok, http2 ok, call ok", null },
        { "tls", "Tls", Secure, null },
        { "mtls", "Tls", Secure, null },
        { "mtls", "Mtls", Secure, null },
        { "tls", "Mtls", Secure.Replace("client-certificate ok, http2 ok, call ok", "client-certificate FAIL, http2 -, call -", StringComparison.Ordinal), "client-certificate-missing" },
        { "tls", "Insecure", "resolve ok, connect ok, tls FAIL, certificate -, trust -, name -, client-certificate -, http2 -, call -", "tls-to-plaintext-port" },
        { "insecure", "Tls", "resolve ok, connect ok, http2 FAIL, call -", "plaintext-to-tls-port" },
    };

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task Each_step_to_our_server_passes_or_says_why_not(string credentials, string port, string steps, string? problem)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var address = $"{(credentials == "insecure" ? "http" : "https")}://localhost:{server.Port(Enum.Parse<PortKind>(port))}";

        var doctor = await TestClient.RunAsync(folder, "doctor", address, "--credentials", credentials);

        Steps(doctor).Should().Be(steps);
        doctor.ExitCode.Should().Be(problem is null ? 0 : 1);
        if (problem is null)
            doctor.Error.Should().BeEmpty();
        else
            doctor.ShouldFailWith(problem);
    }

    [Fact]
    public async Task What_was_seen_is_in_the_steps()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        var doctor = await TestClient.RunAsync(folder, "doctor", server.Mtls);

        var leaf = TestPki.Ec.Server.Certificate;
        doctor.Output.Should().StartWith(server.Mtls + "\n").And.ContainAll(
            "TLS 1.3, TLS_", "ALPN h2", "CN=localhost for localhost, 127.0.0.1, ::1", $"{leaf.NotAfter.ToUniversalTime():yyyy-MM-dd}", "ECDSA P-256",
            $"└ {TestPki.Ec.ServerCa.Issuing.Subject}", $"from {TestPki.Ec.ServerCa.Root.Subject}", $"trusted here: {TestPki.Ec.ServerCa.Root.Subject}", "it carries localhost",
            $"asked for, from {TestPki.Ec.ClientCa.Root.Subject}", "shown: CN=greeter-client", "HTTP/2: ", "health: serving");
        doctor.Output.Should().NotContain("\u001b", "nobody looks at a terminal here");
    }

    [Fact]
    public async Task Nothing_there_and_no_such_name_end_the_way_early()
    {
        using var folder = TestFolder.With(TestPki.Ec);

        var unknown = await TestClient.RunAsync(folder, "doctor", "https://greeter.invalid:50053");
        var nobody = await TestClient.RunAsync(folder, "doctor", $"https://localhost:{FailureConnectionTests.FreePort()}");

        const string Rest = "tls -, certificate -, trust -, name -, client-certificate -, http2 -, call -";
        Steps(unknown).Should().Be($"resolve FAIL, connect -, {Rest}");
        unknown.ShouldFailWith("name-not-found");
        Steps(nobody).Should().Be($"resolve ok, connect FAIL, {Rest}");
        nobody.ShouldFailWith("server-unreachable");
    }

    [FactWithProgram("openssl", OpenSslServer.Install)]
    public async Task A_server_that_is_not_ours_is_looked_at_as_far_as_it_goes()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await OpenSslServer.StartAsync(folder, "-alpn", "h2", "-rev");

        var doctor = await TestClient.RunAsync(folder, "doctor", server.Url);

        Steps(doctor).Should().Be(Secure.Replace("http2 ok, call ok", "http2 FAIL, call -", StringComparison.Ordinal));
        doctor.Output.Should().Contain("not asked for");
        doctor.ShouldFailWith("handshake-failed");
    }

    [Fact]
    public async Task A_web_server_that_speaks_HTTP_2_is_told_from_gRPC()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await PeerServer.StartWithoutServiceAsync();

        var doctor = await TestClient.RunAsync(folder, "doctor", server.Url, "--credentials", "tls");

        Steps(doctor).Should().EndWith("http2 ok, call FAIL");
        doctor.ShouldFailWith("not-grpc");
    }

    [Fact]
    public async Task The_answer_for_programs_has_the_documented_shape()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        var good = await TestClient.RunAsync(folder, "doctor", server.Mtls, "--json");
        var bad = await TestClient.RunAsync(folder, "doctor", server.Mtls, "--json", "--credentials", "tls");

        using var fine = JsonDocument.Parse(good.Output);
        using var broken = JsonDocument.Parse(bad.Output);
        (good.ExitCode, good.Error, bad.ExitCode, bad.Error).Should().Be((0, "", 1, ""));
        fine.RootElement.GetProperty("ok").GetBoolean().Should().BeTrue();
        fine.RootElement.GetProperty("problems").GetArrayLength().Should().Be(0);
        broken.RootElement.GetProperty("ok").GetBoolean().Should().BeFalse();
        broken.RootElement.GetProperty("subject").GetString().Should().Be(server.Mtls);
        broken.RootElement.GetProperty("steps").EnumerateArray().Select(step => $"{step.GetProperty("name").GetString()} {step.GetProperty("status").GetString()}").Should().Equal(
            "resolve passed", "connect passed", "tls passed", "certificate passed", "trust passed", "name passed", "client-certificate failed", "http2 not-reached", "call not-reached");
        var problem = broken.RootElement.GetProperty("problems").EnumerateArray().Should().ContainSingle().Subject;
        problem.GetProperty("id").GetString().Should().Be("client-certificate-missing");
        problem.GetProperty("permanent").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task Wrong_usage_has_an_exit_code_of_its_own()
    {
        using var folder = TestFolder.With(TestPki.Ec);

        (await TestClient.RunAsync(folder, "doctor", "--jsn")).ShouldNotStart("wrong-usage");
        (await TestClient.RunAsync(folder, "doctor", "http://localhost:1", "--credentials", "tls")).ShouldNotStart("scheme-mismatch");
        File.Delete(folder.ClientKey);
        (await TestClient.RunAsync(folder, "doctor", "https://localhost:1")).ShouldNotStart("file-missing", folder.ClientKey);
    }

    internal static string Steps(TestClient doctor) => string.Join(", ", doctor.Output.Split('\n').Skip(1)
        .Where(line => line.Length > 5 && line[0] != ' ').Select(line => $"{line[5..Math.Min(24, line.Length)].Trim()} {line[..5].Trim()}"));
}

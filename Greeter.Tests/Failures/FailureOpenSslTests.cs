using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>Servers and clients of OpenSSL: they send alerts, which .NET's do not.</summary>
public sealed class FailureOpenSslTests
{
    // The problem, by what the client shows to a server that verifies it and names its authority, or none.
    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var version in new[] { "-tls1_2", "-tls1_3" })
            {
                foreach (var names in new[] { true, false })
                {
                    data.Add(version, "client-certificate-missing", names);
                    data.Add(version, "client-authority-unknown", names);
                    data.Add(version, "client-certificate-expired", names);
                }
            }

            return data;
        }
    }

    [TheoryWithProgram("openssl", OpenSslServer.Install)]
    [MemberData(nameof(Cases))]
    public async Task An_alert_of_an_OpenSSL_server_is_explained(string version, string problem, bool names)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        string[] trust = names ? ["-CAfile", folder.ClientCa] : ["-verifyCAfile", folder.ClientCa];
        await using var server = await OpenSslServer.StartAsync(folder, [version, "-Verify", "1", "-verify_return_error", "-alpn", "h2", "-rev", .. trust]);
        using var other = Authority.Create("other_ca", KeyKind.Ec, TestPki.Now);

        // The twin: OpenSSL takes the certificate and answers, though not in HTTP/2.
        (await TestClient.RunAsync(folder, "doctor", server.Url)).Output.Should().Contain("ok   client-certificate ");
        if (problem == "client-authority-unknown")
            folder.WriteClient(other.Issue(LeafProfile.Client(), TestPki.Now));
        if (problem == "client-certificate-expired")
            folder.WriteClient(TestPki.Ec.ClientCa.Issue(LeafProfile.Client() with { NotBefore = TestPki.Now.AddDays(-9), NotAfter = TestPki.Now.AddDays(-1) }, TestPki.Now));
        var client = await TestClient.RunAsync(folder, "--credentials", problem == "client-certificate-missing" ? "tls" : "mtls", "--address", server.Url);

        client.ShouldFail(problem, problem == "client-certificate-expired" ? "was valid until" : names ? TestPki.Ec.ClientCa.Root.Subject : "authorities that it does not name");
    }

    [TheoryWithProgram("openssl", OpenSslServer.Install)]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_server_that_answers_in_no_known_way_is_told_with_what_was_seen(string version)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await OpenSslServer.StartAsync(folder, version, "-alpn", "h2", "-rev");

        var client = await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url);

        client.ShouldFail("handshake-failed", "the handshake succeeded (TLS 1.", "ALPN h2", "a client certificate was not asked for", "something unknown, beginning with");
    }

    [FactWithProgram("openssl", OpenSslServer.Install)]
    public async Task A_server_that_finishes_the_handshake_and_stays_silent_is_not_taken_for_one_that_refuses()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await OpenSslServer.StartAsync(folder, "-alpn", "h2", "-verify", "1");

        var doctor = await TestClient.RunAsync(folder, "doctor", server.Url, "--credentials", "tls");

        doctor.Error.Should().Contain("[handshake-failed]").And.Contain("no answer within 5 s").And.NotContain("[client-certificate-missing]");
    }

    [TheoryWithProgram("openssl", OpenSslServer.Install)]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Our_server_says_why_an_OpenSSL_client_does_not_get_in(string version)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        (await OpenSslClient.GreetAsync(folder, server.Port(PortKind.Mtls), version)).IsServed.Should().BeTrue();
        await RunAsync(server, PortKind.Mtls, version, "-CAfile", folder.ServerCa);
        await RunAsync(server, PortKind.Tls, version, "-CAfile", folder.ClientCa, "-verify_return_error");

        (await server.Log.WaitForAsync("[client-certificate-missing]")).Should().Contain("on the mtls port");
        (await server.Log.WaitForAsync("[client-refused-server]")).Should().Contain("on the tls port").And.Contain("unknown ca");
    }

    private static Task<ProcessResult> RunAsync(TestServer server, PortKind port, params string[] more) =>
        ChildProcess.RunAsync("openssl", ["s_client", "-connect", $"localhost:{server.Port(port)}", "-servername", "localhost", "-alpn", "h2", .. more]);
}

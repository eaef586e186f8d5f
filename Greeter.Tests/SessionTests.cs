using Greeter.Server.Tls;

namespace Greeter.Tests;

/// <summary>Sessions of TLS must not carry a client from one port to another, nor past a trust decision.</summary>
public sealed class SessionTests
{
    [TheoryWithProgram("openssl", "apt-get install openssl")]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_client_that_resumes_is_served_on_both_ports_and_resumes_only_where_nobody_is_verified(string version)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var session = folder.Path("session.pem");
        var resumed = new Dictionary<PortKind, int> { [PortKind.Tls] = 0, [PortKind.Mtls] = 0 };

        foreach (var port in new[] { PortKind.Tls, PortKind.Tls, PortKind.Mtls, PortKind.Mtls, PortKind.Tls })
        {
            string[] use = File.Exists(session) ? ["-sess_in", session] : [];
            var (served, isResumed, output) = await OpenSslClient.GreetAsync(folder, server.Port(port), [version, "-sess_out", session, .. use]);

            served.Should().BeTrue($"the {port} port serves; openssl said:\n{output}");
            resumed[port] += isResumed ? 1 : 0;
        }

        resumed[PortKind.Mtls].Should().Be(0);
        resumed[PortKind.Tls].Should().BePositive("a session is resumed where that is safe");
        server.Log.All.Should().NotContain(line => line.Contains("refused", StringComparison.Ordinal));
    }
}

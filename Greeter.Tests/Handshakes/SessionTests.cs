using Greeter.Pki;

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

    [TheoryWithProgram("openssl", "apt-get install openssl")]
    [InlineData("-tls1_2", "authority removed")]
    [InlineData("-tls1_3", "authority removed")]
    [InlineData("-tls1_2", "certificate revoked")]
    [InlineData("-tls1_3", "certificate revoked")]
    public async Task A_session_does_not_outlive_the_trust_it_was_made_with(string version, string change)
    {
        var time = new FakeTime(TestPki.Now);
        using var folder = TestFolder.With(TestPki.Ec);
        var list = folder.Write("client_ca.crl", RevokedList.ToPem(TestPki.Ec.ClientCa.Issuing, earlierPem: null, [], TestPki.Now));
        await using var server = await TestServer.StartAsync(folder, time, "--Tls:RevocationLists", list);
        var session = folder.Path("session.pem");
        var first = await OpenSslClient.GreetAsync(folder, server.Port(PortKind.Mtls), version, "-sess_out", session);
        first.IsServed.Should().BeTrue(first.Output);

        if (change == "authority removed")
            folder.Write(folder.ClientCa, TestPki.Rsa.ClientCa.RootsPem);
        else
            folder.Write(list, RevokedList.ToPem(TestPki.Ec.ClientCa.Issuing, earlierPem: null, [TestPki.Ec.Client.Certificate], TestPki.Now));
        time.Advance(TimeSpan.FromSeconds(5));
        string[] use = File.Exists(session) ? ["-sess_in", session] : [];
        var second = await OpenSslClient.GreetAsync(folder, server.Port(PortKind.Mtls), [version, .. use]);

        second.IsServed.Should().BeFalse();
        second.IsResumed.Should().BeFalse();
        await server.Log.WaitForAsync(change == "authority removed" ? "[client-authority" : "[client-certificate-revoked]");
    }
}

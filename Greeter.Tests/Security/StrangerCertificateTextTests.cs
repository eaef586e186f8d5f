using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using GrpcTls.AspNetCore;

namespace Greeter.Tests;

/// <summary>What a stranger's certificate says is told short, on its line, and is never a template.</summary>
public sealed class StrangerCertificateTextTests
{
    // Each of the two as the server's and as the client's certificate. A name with control characters is none that can be read.
    public static TheoryData<string, string> Kinds => new() { { "bomb", "intermediate-missing" }, { "forged", "certificate-malformed" } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_with_it_costs_the_server_a_few_short_lines(string kind, string problem)
    {
        const int Tries = 12;
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var refusals = new RefusalCount(server);
        using var certificate = Of(kind);

        for (var i = 0; i < Tries; i++)
            (await Handshake.TryAsync(server.Port(PortKind.Mtls), SslProtocols.Tls13, certificate)).Should().BeFalse();

        await refusals.WaitForAsync(Tries);
        refusals.Counts.Select(count => $"{count.Key} {count.Value}").Should().BeEquivalentTo($"client-{problem} mtls {Tries}");
        var told = server.Log.All.Where(line => line.Contains("refused a handshake", StringComparison.Ordinal)).ToArray();
        told.Should().HaveCountLessThanOrEqualTo(3 * LogRateLimit.Burst).And.NotBeEmpty();
        foreach (var line in server.Log.All)
            line.ShouldBePlain();
    }

    [Theory]
    [InlineData("{trusted}")]
    [InlineData("{accepted}{issuer}")]
    [InlineData("an honest name")]
    public async Task A_place_in_a_name_is_a_name(string subject)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var certificate = HostileText.Certificate(subject, "somebody");

        (await Handshake.TryAsync(server.Port(PortKind.Mtls), SslProtocols.Tls13, certificate)).Should().BeFalse();

        var line = await server.Log.WaitForAsync("[client-intermediate-missing]");
        line.Should().Contain($"it sent CN={subject} alone; its issuer CN=somebody is not among the accepted roots: ")
            .And.Contain($"accepted roots: {TestPki.Ec.ClientCa.Root.Subject};");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_server_with_it_costs_the_client_a_few_short_lines(string kind, string problem)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        using var certificate = Of(kind);
        await using var server = ServerWith(new SslServerAuthenticationOptions { ServerCertificate = certificate });
        var address = $"https://localhost:{server.Port}";

        var greet = await TestClient.RunAsync(folder, "--credentials", "tls", "--address", address, "--verbose");
        var doctor = await TestClient.RunAsync(folder, "doctor", address, "--credentials", "tls");
        var json = await TestClient.RunAsync(folder, "doctor", address, "--credentials", "tls", "--json");
        var compare = await TestClient.RunAsync(folder, "--address", address, "compare");

        greet.Error.Split('\n')[0].Should().EndWith($"[server-{problem}]");
        doctor.ShouldEndPlain($"[server-{problem}]");
        json.Output.Should().Contain($"\"server-{problem}\"");
        json.Output.ShouldBePlain();
        compare.ShouldEndPlain($"[server-{problem}]");
        greet.Error.ShouldBePlain();
        new[] { greet, doctor, json, compare }.Sum(run => run.Output.Length + run.Error.Length).Should().BeLessThan(60_000);
    }

    [Fact]
    public async Task The_authorities_that_a_server_names_are_told_on_their_line()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        using var authority = HostileText.Certificate(HostileText.Long(20_000), HostileText.Long(20_000));
        await using var server = ServerWith(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(
                TestPki.Ec.Server.Certificate, [TestPki.Ec.ServerCa.Issuing], offline: true,
                SslCertificateTrust.CreateForX509Collection([authority], sendTrustInHandshake: true)),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, _, _, _) => false,
        });

        foreach (var credentials in new[] { "tls", "mtls" })
        {
            var doctor = await TestClient.RunAsync(folder, "doctor", $"https://localhost:{server.Port}", "--credentials", credentials);

            doctor.Output.Should().Contain("asked for, from CN=");
            doctor.ShouldEndPlain("[client-");
        }
    }

    private static X509Certificate2 Of(string kind) => kind == "bomb"
        ? HostileText.Bomb()
        : HostileText.Certificate(HostileText.Long(10_000), HostileText.Long(20_000), "\u001b[2J\r\nok   trust              forged");

    private static RawPeer ServerWith(SslServerAuthenticationOptions options) => new(async (stream, stop) =>
    {
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(options, stop);
        await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, stop);
    });
}

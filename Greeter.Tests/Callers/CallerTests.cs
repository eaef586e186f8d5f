using System.Security.Cryptography;
using Greeter.Pki;
using GrpcTls.AspNetCore;

namespace Greeter.Tests;

/// <summary>Who a certificate says its holder is.</summary>
public sealed class CallerTests
{
    [Theory]
    [InlineData("spiffe://greeter.example/client")]
    [InlineData("spiffe://greeter.example/ns/default/sa/Web_1.0-x")]
    [InlineData("spiffe://trust_domain-1/client")]
    public void A_spiffe_id_is_taken_as_it_is(string id) =>
        Of(new LeafProfile { CommonName = "ignored", DnsNames = ["ignored.example"], Uris = [new Uri(id)], ClientAuth = true }).Should().Be(id);

    [Theory]
    [InlineData("SPIFFE://greeter.example/client")]
    [InlineData("spiffe://Greeter.example/client")]
    [InlineData("spiffe://greeter.example:443/client")]
    [InlineData("spiffe://user@greeter.example/client")]
    [InlineData("spiffe://greeter.example/client?a=b")]
    [InlineData("spiffe://greeter.example/client#a")]
    [InlineData("spiffe://greeter.example/a//b")]
    [InlineData("spiffe://greeter.example/client/")]
    [InlineData("spiffe://greeter.example/../client")]
    [InlineData("spiffe://greeter.example/./client")]
    [InlineData("spiffe://greeter.example/%63lient")]
    [InlineData("spiffe://greeter.example/*")]
    [InlineData("spiffe:///client")]
    [InlineData("spiffe://greeter.example")]
    public void What_only_looks_like_a_spiffe_id_names_nobody(string id)
    {
        // Not through System.Uri, which would tidy it up.
        using var certificate = RawName.Certificate("alice", id);

        CertificateCaller.From(certificate).Should().BeNull();
    }

    [Fact]
    public void Two_uris_name_nobody_whatever_else_there_is() =>
        Of(new LeafProfile { CommonName = "alice", DnsNames = ["web.example"], Uris = [new Uri("spiffe://greeter.example/a"), new Uri("https://greeter.example/b")], ClientAuth = true })
            .Should().BeNull();

    [Fact]
    public void Another_uri_leaves_it_to_the_dns_name_and_that_to_the_common_name()
    {
        Of(new LeafProfile { CommonName = "ignored", DnsNames = ["web.example", "second.example"], Uris = [new Uri("https://greeter.example/web")], ClientAuth = true })
            .Should().Be("dns:web.example");
        Of(new LeafProfile { CommonName = "legacy", Uris = [new Uri("https://greeter.example/web")], ClientAuth = true }).Should().Be("cn:legacy");
        Of(new LeafProfile { CommonName = "", ClientAuth = true }).Should().BeNull();
    }

    [Theory]
    [InlineData("user:alice")]
    [InlineData("spiffe://greeter.example/client")]
    [InlineData("dns:web.example")]
    [InlineData("anyone")]
    public void A_common_name_passes_for_nothing_else(string name)
    {
        var caller = From(new LeafProfile { CommonName = name, ClientAuth = true })!;

        caller.ToString().Should().Be($"cn:{name}");
        AccessRule.Parse([name])!.Allows(caller).Should().Be(name == "anyone");
        AccessRule.Parse([$"cn:{name}"])!.Allows(caller).Should().BeTrue();
    }

    [Fact]
    public void Carries_the_certificate_s_fingerprint_and_end()
    {
        using var issued = TestPki.Ec.ClientCa.Issue(LeafProfile.Client(), TestPki.Now);

        var caller = CertificateCaller.From(issued.Certificate)!;

        caller.Fingerprint.Should().Be(Convert.ToHexString(SHA256.HashData(issued.Certificate.RawData)));
        caller.ExpiresAt.Should().Be(issued.Certificate.NotAfter);
    }

    [Theory]
    [InlineData("Zoë", "cn:Zo%C3%AB")]
    [InlineData("a\r\nb: c", "cn:a%0D%0Ab: c")]
    [InlineData("100%", "cn:100%25")]
    public async Task Any_name_fits_into_the_header(string name, string header)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var proof = new Proof(TestPki.Ec.ClientCa.Issue(new LeafProfile { CommonName = name, ClientAuth = true }, TestPki.Now), null);

        (await server.GreetAsync(PortKind.Mtls, proof)).Caller.Should().Be(header);
    }

    private static string? Of(LeafProfile profile) => From(profile)?.ToString();

    private static Caller? From(LeafProfile profile)
    {
        using var issued = TestPki.Ec.ClientCa.Issue(profile, TestPki.Now);
        return CertificateCaller.From(issued.Certificate);
    }
}

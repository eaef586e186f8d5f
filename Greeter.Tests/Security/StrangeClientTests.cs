using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using GrpcTls;
using GrpcTls.AspNetCore;

namespace Greeter.Tests;

/// <summary>What a stranger may show as a client: it is let in, or refused with a reason; never an exception, or too many lines.</summary>
public sealed class StrangeClientTests
{
    private static readonly Authority Ca = TestPki.Ec.ClientCa;

    public static TheoryData<string> Strange => new(StrangeCertificates.Names);

    public static TheoryData<string> Showable => new(StrangeCertificates.Showable);

    [Theory]
    [MemberData(nameof(Strange))]
    public void Each_is_refused_with_its_problem(string name)
    {
        Judge(new RawCertificate()).Should().BeEmpty("without that one thing it is let in");

        var problems = Judge(StrangeCertificates.Make(name));

        problems.Should().ContainSingle(problem => problem.Id == $"client-{StrangeCertificates.Problem(name)}")
            .Which.Cause.Should().ContainEquivalentOf(StrangeCertificates.Value(name));
    }

    [Theory]
    [MemberData(nameof(Showable))]
    public async Task Shown_to_the_server_each_is_one_short_warning_and_no_exception(string name)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        (await ShowAsync(server, new RawCertificate().Issue(Ca.Issuing))).Should().BeTrue("without that one thing it is let in");
        (await ShowAsync(server, StrangeCertificates.Make(name).Issue(Ca.Issuing))).Should().BeFalse();

        var line = await server.Log.WaitForAsync("refused a handshake");
        line.Should().Contain($"[client-{StrangeCertificates.Problem(name)}]");
        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls)).ShouldGreet();
        server.Log.All.Should().NotContain(each =>
            each.StartsWith("Error", StringComparison.Ordinal) || each.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_platform_throws_over_is_counted_and_logged_a_few_times()
    {
        const int Times = LogRateLimit.Burst + 3;
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var refusals = new RefusalCount(server);

        // The platform reads these while it builds the chain, before it asks anybody; OpenSSL does not read them.
        (await ShowAsync(server, new RawCertificate().Issue(Ca.Issuing))).Should().BeTrue("without that one thing it is let in");
        var strange = new RawCertificate().With(RawCertificate.Policies, [5, 0]).Issue(Ca.Issuing);
        for (var i = 0; i < Times; i++)
            (await ShowAsync(server, strange)).Should().BeFalse();
        await refusals.WaitForAsync(Times);

        refusals.Counts.Select(count => $"{count.Key} {count.Value}").Should().Equal($"client-certificate-malformed mtls {Times}");
        server.Log.All.Where(line => line.Contains("refused a handshake", StringComparison.Ordinal)).Should().HaveCount(LogRateLimit.Burst);
        server.Log.All.Should().NotContain(line =>
            line.StartsWith("Error", StringComparison.Ordinal) || line.Contains("nhandled", StringComparison.Ordinal));
    }

    [Fact]
    public void An_observer_that_throws_refuses_the_client_and_is_told_once_more_without_it()
    {
        using var chain = new X509Chain();
        var told = new List<string?>();
        RemoteCertificateValidationCallback Callback(PeerObserver observe) => TlsHandshake.MutualServer(
            TlsMaterial.FromPem(Ca.RootsPem, TestPki.Ec.Server.ChainPem, TestPki.Ec.Server.KeyPem), observe)
            .RemoteCertificateValidationCallback!;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Ca.Root);
        chain.ChainPolicy.ExtraStore.Add(Ca.Issuing);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.Build(TestPki.Ec.Client.Certificate).Should().BeTrue();

        Callback((_, _, _, _) => { })(this, TestPki.Ec.Client.Certificate, chain, SslPolicyErrors.None).Should().BeTrue();
        Callback((_, _, _, refused) =>
        {
            told.Add(refused?.Id);
            throw new CryptographicException("of what it was shown");
        })(this, TestPki.Ec.Client.Certificate, chain, SslPolicyErrors.None).Should().BeFalse();
        told.Should().Equal(null, "client-certificate-malformed");
    }

    [Theory]
    [InlineData("SHA-1", "client-certificate-weak", "sha1")]
    [InlineData("RSA-1024", "client-certificate-weak", "an RSA key of 1024 bits")]
    [InlineData("a date of month 13", "client-certificate-malformed", "dates")]
    [InlineData("a negative serial number", "client-certificate-malformed", "serial number")]
    public void The_authorities_in_between_are_judged_too(string name, string problem, string value)
    {
        var good = Authority();
        Judge(Below(good), Ca.RootsPem).Should().BeEmpty("without that one thing it is let in");
        var strange = StrangeCertificates.Change(name, good);

        Judge(Below(strange), Ca.RootsPem)
            .Should().Contain(found => found.Id == problem && found.Cause.Contains(value, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_root_may_have_signed_itself_with_anything_and_has_to_have_a_strong_key()
    {
        Judge(UnderRoot(RSA.Create(2048), HashAlgorithmName.MD5, out var old), old).Should().BeEmpty();

        Judge(UnderRoot(RSA.Create(1024), HashAlgorithmName.MD5, out var weak), weak)
            .Should().ContainSingle().Which.Id.Should().Be("client-certificate-weak");
    }

    [Fact]
    public void The_root_and_the_issuing_authority_are_no_clients()
    {
        Judge(new RawCertificate()).Should().BeEmpty();

        foreach (var (authority, sent) in new[] { (Ca.Root, Array.Empty<X509Certificate2>()), (Ca.Issuing, [Ca.Root]) })
        {
            Judge(new IssuedChain(authority, sent, ECDsa.Create()), Ca.RootsPem)
                .Should().ContainSingle().Which.Id.Should().Be("client-certificate-usage");
        }
    }

    [Fact]
    public void Names_that_cannot_be_read_name_nobody_and_leave_nothing_to_the_common_name()
    {
        var good = new RawCertificate() with { Subject = new X500DistinguishedName("CN=admin").RawData };
        string? Caller(byte[]? names) =>
            CertificateCaller.From(good.With(RawCertificate.AlternativeNames, names).Signed(Ca.Issuing))?.ToString();

        Caller(null).Should().Be("cn:admin");
        Caller(RawCertificate.Names((1, "admin@greeter.example"))).Should().Be("cn:admin");
        Caller(RawCertificate.Names((2, "web.example"))).Should().Be("dns:web.example");
        Caller(RawCertificate.Names((2, "caf\u00E9.example"))).Should().BeNull();
        Caller(RawCertificate.Names((2, "web.example\n"))).Should().BeNull();
        Caller(RawCertificate.Names((2, "web.example"), (7, "123"))).Should().BeNull();
        Caller(RawCertificate.Names((2, "web.example"), (9, "?"))).Should().BeNull();
        Caller([0x30, 0]).Should().BeNull();
        Caller([5, 0]).Should().BeNull();
        Caller([.. RawCertificate.Names((2, "web.example")), 0]).Should().BeNull();
    }

    [TheoryWithProgram("openssl", OpenSslServer.Install)]
    [InlineData("SHA-1", "[client-certificate-weak]")]
    [InlineData("RSA-1024", "[client-certificate-weak]")]
    [InlineData("P-224", "wrong curve")] // OpenSSL's own word: it comes first.
    public async Task A_weak_one_is_refused_by_the_server(string name, string reason)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        string[] anything = ["-cipher", "DEFAULT@SECLEVEL=0", "-tls1_2"];

        Write(folder, new RawCertificate().Issue(Ca.Issuing));
        (await OpenSslClient.GreetAsync(folder, server.Port(PortKind.Mtls), anything)).IsServed
            .Should().BeTrue("without that one thing it is let in");
        Write(folder, StrangeCertificates.Make(name).Issue(Ca.Issuing));
        (await OpenSslClient.GreetAsync(folder, server.Port(PortKind.Mtls), anything)).IsServed.Should().BeFalse();

        (await server.Log.WaitForAsync("refused a handshake")).Should().Contain(reason);
    }

    private static void Write(TestFolder folder, IssuedChain shown)
    {
        folder.Write(folder.ClientCert, shown.ChainPem);
        folder.Write(folder.ClientKey, shown.KeyPem);
    }

    private static RawCertificate Authority() =>
        new() { Subject = new X500DistinguishedName("CN=in between").RawData, Extensions = RawCertificate.Authority };

    // A leaf of an authority that the root has signed.
    private static IssuedChain Below(RawCertificate authority) =>
        new RawCertificate().Issue(authority.Issue(Ca.Root).WithKey());

    private static IssuedChain UnderRoot(RSA key, HashAlgorithmName hash, out string roots)
    {
        var name = new X500DistinguishedName("CN=old root").RawData;
        var root = new RawCertificate { Key = key, Hash = hash, Subject = name, Extensions = RawCertificate.Authority };
        var self = root.IssueItself();
        roots = self.Leaf.ExportCertificatePem() + "\n";
        return new RawCertificate().Issue(self.WithKey());
    }

    private static Task<bool> ShowAsync(TestServer server, IssuedChain shown) =>
        Handshake.TryAsync(server.Port(PortKind.Mtls), SslProtocols.Tls13, shown.WithKey(), [.. shown.Intermediates]);

    private static IReadOnlyList<TlsProblem> Judge(RawCertificate certificate) => Judge(certificate.Issue(Ca.Issuing), Ca.RootsPem);

    private static IReadOnlyList<TlsProblem> Judge(IssuedChain shown, string roots) =>
        TlsHandshake.VerifyClient(TlsMaterial.FromPem(roots), shown.Leaf, [.. shown.Intermediates], TestPki.Now);
}

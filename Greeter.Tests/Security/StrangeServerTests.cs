using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>What a stranger may show as a server: client and doctor take it or say what is wrong, and never end by an exception.</summary>
public sealed class StrangeServerTests
{
    private static readonly Authority Ca = TestPki.Ec.ServerCa;

    public static TheoryData<string> Showable => new(StrangeCertificates.Showable);

    [Theory]
    [MemberData(nameof(Showable))]
    public async Task Each_is_refused_with_its_problem_by_client_and_doctor(string name)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var good = await ShowAsync(new RawCertificate().Issue(Ca.Issuing));
        await using var strange = await ShowAsync(StrangeCertificates.Make(name).Issue(Ca.Issuing));
        var problem = $"server-{StrangeCertificates.Problem(name)}";

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", good.Url)).ShouldGreet();
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", strange.Url)).ShouldFail(problem);
        var doctor = await TestClient.RunAsync(folder, "doctor", strange.Url, "--credentials", "tls");
        doctor.ShouldFailWith(problem);
        doctor.ExitCode.Should().Be(1);
        doctor.Output.Should().Contain("FAIL trust");
    }

    // A name that was asked for, and the names in a certificate whose common name is that too.
    public static TheoryData<string, int, string> Names => new()
    {
        { "localhost", 0, "no name at all" },
        { "localhost", 6, "spiffe://greeter.example/stranger" },
        { "localhost", 7, "127.0.0.1" },
        { "localhost", 1, "no name at all" },
        { "127.0.0.1", 0, "no name at all" },
        { "127.0.0.1", 2, "localhost" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_common_name_is_no_name_of_a_server(string asked, int tag, string carried)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var named = new RawCertificate { Subject = new X500DistinguishedName($"CN={asked}").RawData };
        var value = tag switch { 7 => "\u007F\0\0\u0001", 1 => "a@localhost", _ => carried };
        byte[]? names = tag == 0 ? null : RawCertificate.Names((tag, value));
        var right = asked == "localhost" ? (2, asked) : (7, "\u007F\0\0\u0001");
        await using var good = await ShowAsync(named.With(RawCertificate.AlternativeNames, RawCertificate.Names(right)).Issue(Ca.Issuing));
        await using var strange = await ShowAsync(named.With(RawCertificate.AlternativeNames, names).Issue(Ca.Issuing));
        string[] call = ["--credentials", "tls", "--server-name", asked, "--address"];

        (await TestClient.RunAsync(folder, [.. call, good.Url])).ShouldGreet();
        (await TestClient.RunAsync(folder, [.. call, strange.Url]))
            .ShouldFail("server-name-mismatch", $"asked for {asked}; the certificate is for {carried}");
    }

    [Fact]
    public async Task An_authority_that_is_trusted_by_itself_may_serve()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=openssl req -x509", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var pinned = request.CreateSelfSigned(TestPki.Now.AddHours(-1), TestPki.Now.AddDays(1));
        await using var server =
            await PeerServer.StartAsync(pinned.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), SslProtocols.None);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url)).ShouldFail("server-self-signed");
        folder.Write(folder.ServerCa, pinned.ExportCertificatePem());
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url)).ShouldGreet();
    }

    [TheoryWithProgram("openssl", OpenSslServer.Install)]
    [InlineData("SHA-1")]
    [InlineData("RSA-1024")]
    public async Task A_weak_one_is_refused_by_client_and_doctor(string name)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        string[] doctor = ["--credentials", "tls"];
        Write(folder, new RawCertificate().Issue(Ca.Issuing));
        await using var good = await OpenSslServer.StartAsync(folder, "-alpn", "h2");
        (await TestClient.RunAsync(folder, ["doctor", good.Url, .. doctor])).Output
            .Should().Contain("ok   trust", "without that one thing it is trusted");

        Write(folder, StrangeCertificates.Make(name).Issue(Ca.Issuing));
        await using var strange = await OpenSslServer.StartAsync(folder, "-alpn", "h2", "-cipher", "DEFAULT@SECLEVEL=0");

        (await TestClient.RunAsync(folder, ["--address", strange.Url, .. doctor])).ShouldFail("server-certificate-weak");
        (await TestClient.RunAsync(folder, ["doctor", strange.Url, .. doctor])).ShouldFailWith("server-certificate-weak");
    }

    private static void Write(TestFolder folder, IssuedChain shown)
    {
        folder.Write(folder.ServerCert, shown.ChainPem);
        folder.Write(folder.ServerKey, shown.KeyPem);
    }

    private static Task<PeerServer> ShowAsync(IssuedChain shown) => PeerServer.StartAsync(new SslServerAuthenticationOptions
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(shown.WithKey(), [.. shown.Intermediates], offline: true),
        ApplicationProtocols = [SslApplicationProtocol.Http2],
    });
}

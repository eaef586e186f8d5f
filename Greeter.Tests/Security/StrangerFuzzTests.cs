using System.Formats.Asn1;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using GrpcTls;
using GrpcTls.AspNetCore;

namespace Greeter.Tests;

/// <summary>
/// Certificates with a few bytes that are not theirs, half of them signed again so that they get further: each is accepted or
/// explained, by both sides.
/// </summary>
[Trait(Full.Category, Full.Endurance)]
public sealed class StrangerFuzzTests
{
    // Certificates that are read, and those that are shown in a handshake.
    private static readonly int Read = Full.Or(1_000, 8_000);
    private static readonly int Shown = Full.Or(160, 1_600);

    private static readonly string[] ClientIds = [.. TlsProblems.All.Keys.Where(id => id.StartsWith("client-", StringComparison.Ordinal))];

    [Fact]
    public void What_reads_a_certificate_throws_nothing()
    {
        var (loaded, accepted) = (0, 0);
        var (ec, rsa) = (TestPki.Ec.ClientCa, TestPki.Rsa.ClientCa);
        var roots = TlsMaterial.FromPem(ec.RootsPem + rsa.RootsPem);
        X509Certificate2Collection issuing = [ec.Issuing, rsa.Issuing];
        foreach (var certificate in Mutations(seed: 1, ec, 4 * Read / 5).Concat(Mutations(seed: 2, rsa, Read / 5)))
        {
            loaded++;
            var problems = TlsHandshake.VerifyClient(roots, certificate, issuing, TestPki.Now);
            accepted += problems.Count == 0 ? 1 : 0;
            problems.Select(problem => problem.Id).Should().BeSubsetOf(ClientIds);
            CertificateText.Describe(certificate).Should().NotBeEmpty();
            CertificateNames.Of(certificate).Should().NotBeNull();
            CertificateUsages.Of(certificate).Should().NotBeNull();
            if (CertificateCaller.From(certificate) is { } caller)
                caller.ToString().Should().NotBeEmpty();
            foreach (var side in new[] { TlsSide.Client, TlsSide.Server })
            {
                using var chain = new X509Chain();
                new PeerDiagnosis(side, roots.Roots, TestPki.Now)
                    .Explain(certificate, chain, SslPolicyErrors.RemoteCertificateChainErrors, "localhost").Should().NotBeEmpty();
            }

            certificate.Dispose();
        }

        loaded.Should().BeGreaterThan(Read / 5, "most mutations are still certificates");
        accepted.Should().BeInRange(1, loaded - 1, "some do no harm, and some do");
    }

    [Fact]
    public async Task Shown_by_a_client_each_is_served_or_refused_with_a_reason()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var refusals = new RefusalCount(server);
        var (served, refused) = (0, 0);

        foreach (var shown in Peers(seed: 3, TestPki.Ec.ClientCa, Shown))
        {
            if (await TryAsync(server.Port(PortKind.Mtls), shown) is not { } isServed)
                continue;
            served += isServed ? 1 : 0;
            refused += isServed ? 0 : 1;
        }

        (served, refused).Should().Match<(int Served, int Refused)>(count => count.Served > 0 && count.Refused > Shown / 8);
        await refusals.WaitForAsync(refused);
        refusals.Counts.Values.Sum().Should().Be(refused, "each is counted once");
        refusals.Counts.Keys.Should().OnlyContain(key => key.StartsWith("client-", StringComparison.Ordinal));
        server.Log.All.Should().NotContain(line =>
            line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls)).ShouldGreet();
    }

    [Fact]
    public async Task Shown_by_a_server_each_is_accepted_or_explained()
    {
        var roots = TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem);
        var (accepted, explained) = (0, 0);
        SslStreamCertificateContext? current = null;
        await using var peer = new RawPeer((stream, stop) => ServeAsync(stream, current!, stop));
        foreach (var shown in Peers(seed: 4, TestPki.Ec.ServerCa, Shown))
        {
            current = shown;
            var diagnosis = await new TlsProbe("127.0.0.1", peer.Port, roots, serverName: "localhost").RunAsync();

            // The peer greets nobody over HTTP/2: where the certificate is good, that is all there is to say.
            diagnosis.Problems.Should().NotBeEmpty();
            var trust = diagnosis.Steps.Single(step => step.Name == "trust").Status;
            if (trust == TlsStepStatus.NotReached)
                continue; // The peer's own OpenSSL would not show it.
            var isExplained = diagnosis.Problems[0].Id.StartsWith("server-", StringComparison.Ordinal);
            isExplained.Should().Be(
                trust == TlsStepStatus.Failed || diagnosis.Problems[0].Id == TlsProblems.ServerNameMismatch.Id,
                string.Join("; ", diagnosis.Problems));
            accepted += isExplained ? 0 : 1;
            explained += isExplained ? 1 : 0;
        }

        (accepted, explained).Should().Match<(int Accepted, int Explained)>(count => count.Accepted > 0 && count.Explained > Shown / 8);
    }

    // Whether the server served it; null where the client's own OpenSSL would not show it.
    private static async Task<bool?> TryAsync(int port, SslStreamCertificateContext shown)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("localhost", port);
        await using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                ClientCertificateContext = shown,
            });
        }
        catch (Exception e) when (e is AuthenticationException or IOException or CryptographicException)
        {
            return null;
        }

        try
        {
            // HTTP/2's preface and an empty SETTINGS frame.
            await tls.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
            return await tls.ReadAsync(new byte[1]) > 0;
        }
        catch (IOException)
        {
            return false; // In TLS 1.3 the server looks at the certificate after the client is done.
        }
    }

    private static async Task ServeAsync(Stream stream, SslStreamCertificateContext context, CancellationToken stop)
    {
        await using var tls = new SslStream(stream);
        List<SslApplicationProtocol> protocols = [SslApplicationProtocol.Http2];
        var options = new SslServerAuthenticationOptions { ServerCertificateContext = context, ApplicationProtocols = protocols };
        await tls.AuthenticateAsServerAsync(options, stop);
    }

    // Those that still fit their key, with it.
    private static IEnumerable<SslStreamCertificateContext> Peers(int seed, Authority authority, int count)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var certificate in Mutations(seed, authority, count, key))
        {
            SslStreamCertificateContext? shown;
            try
            {
                shown = SslStreamCertificateContext.Create(certificate.CopyWithPrivateKey(key), [authority.Issuing], offline: true);
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException or InvalidOperationException)
            {
                continue; // Its key is what was changed, or its use; or the platform cannot build its chain at this end either.
            }

            yield return shown;
        }
    }

    private static IEnumerable<X509Certificate2> Mutations(int seed, Authority authority, int count, ECDsa? key = null)
    {
        var random = new Random(seed);
        var good = new RawCertificate { Key = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256) };
        good = good with
        {
            Extensions =
            [
                .. good.Extensions,
                (RawCertificate.SubjectKeyId, [4, 4, 1, 2, 3, 4]),
                (RawCertificate.AuthorityKeyId, [0x30, 6, 0x80, 4, 1, 2, 3, 4]),
                (RawCertificate.Policies, [0x30, 6, 0x30, 4, 6, 2, 0x2A, 3]),
            ],
        };
        using var certificate = good.Signed(authority.Issuing);
        var toBeSigned = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();
        for (var i = 0; i < count; i++)
        {
            var isSigned = random.Next(4) > 0;
            var bytes = Mutate(isSigned ? toBeSigned : certificate.RawData, random);
            X509Certificate2? loaded = null;
            try
            {
                loaded = X509CertificateLoader.LoadCertificate(
                    isSigned ? RawCertificate.Sign(bytes, authority.Issuing, HashAlgorithmName.SHA256) : bytes);
            }
            catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException)
            {
                continue; // The platform takes it for no certificate at all, and a handshake ends before anybody asks us.
            }

            yield return loaded;
        }
    }

    // One to three bytes: a bit of one, any value, or a tag or a length that means something.
    private static byte[] Mutate(byte[] good, Random random)
    {
        byte[] meaning =
            [0, 1, 2, 3, 4, 5, 6, 0x0C, 0x13, 0x16, 0x17, 0x18, 0x30, 0x31, 0x7F, 0x80, 0x81, 0x82, 0x86, 0x87, 0xA0, 0xA3, 0xFF];
        var bytes = good.ToArray();
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            var at = random.Next(bytes.Length);
            bytes[at] = random.Next(3) switch
            {
                0 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                1 => (byte)random.Next(256),
                _ => meaning[random.Next(meaning.Length)],
            };
        }

        return bytes;
    }
}

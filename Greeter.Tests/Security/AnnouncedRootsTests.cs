using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>A server names its roots to clients where the platform can and a handshake has room; it verifies them everywhere.</summary>
public sealed class AnnouncedRootsTests
{
    private const int Room = 65535 - 1024;
    private static readonly TestPki Pki = TestPki.Ec;

    public static TheoryData<string, SslProtocols, bool> Platforms => new()
    {
        { "LINUX", SslProtocols.Tls12, true }, { "LINUX", SslProtocols.Tls13, true },
        { "OSX", SslProtocols.Tls13, true }, { "FREEBSD", SslProtocols.Tls13, false },
        { "WINDOWS", SslProtocols.Tls12, false }, { "WINDOWS", SslProtocols.Tls13, false },
    };

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task Options_built_for_a_platform_verify_clients_with_or_without_names(string platform, SslProtocols version, bool names)
    {
        using var stranger = Authority.Create("other_ca", KeyKind.Ec, TestPki.Now);
        SslServerAuthenticationOptions Options() =>
            TlsHandshake.MutualServer(Material(Pki.ClientCa.RootsPem), observe: null, OSPlatform.Create(platform));

        var (isIn, issuers) = await TryAsync(Options(), version, Pki.Client, Pki.ClientCa);
        isIn.Should().BeTrue();
        issuers.Should().BeEquivalentTo(names ? [Pki.ClientCa.Root.Subject] : Array.Empty<string>());
        (await TryAsync(Options(), version, stranger.Issue(LeafProfile.Client(), TestPki.Now), stranger)).IsIn.Should().BeFalse();
    }

    [Fact]
    public async Task A_thousand_roots_are_trusted_named_to_nobody_and_said_at_start()
    {
        using var folder = TestFolder.With(Pki);
        folder.Write(folder.ClientCa, Pki.ClientCa.RootsPem + Roots(1_000));
        await using var server = await TestServer.StartAsync(folder);

        (await server.Log.WaitForAsync("[roots-not-announced]")).Should().Contain("1001 roots have names of").And.StartWith("Warning");
        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls)).ShouldGreet();
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Mtls))
            .ShouldFail("client-certificate-missing", "authorities that it does not name");
        folder.WriteClient(new TestPki(KeyKind.Ec).Client);
        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls)).ShouldFail("client-certificate-refused");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Names_that_fill_the_room_to_the_last_byte_still_make_a_handshake(SslProtocols version)
    {
        var name = Pki.ClientCa.Root.SubjectName.RawData.Length + 2;
        var (fits, tooMany) = (Filling(Room - name), Filling(Room - name + 1));

        AnnouncedRoots.Problem(Material(Pki.ClientCa.RootsPem + fits).Roots).Should().BeNull();
        AnnouncedRoots.Problem(Material(Pki.ClientCa.RootsPem + tooMany).Roots)!.Cause
            .Should().Contain($"names of {Room + 1} bytes and a handshake has room for {Room}");
        foreach (var (roots, isNamed) in new[] { (fits, true), (tooMany, false) })
        {
            var options = TlsHandshake.MutualServer(Material(Pki.ClientCa.RootsPem + roots));
            var (isIn, issuers) = await TryAsync(options, version, Pki.Client, Pki.ClientCa);
            isIn.Should().BeTrue();
            (issuers.Length > 0).Should().Be(isNamed);
        }
    }

    private static TlsMaterial Material(string roots) => TlsMaterial.FromPem(roots, Pki.Server.ChainPem, Pki.Server.KeyPem);

    private static string Roots(int count)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return string.Concat(Enumerable.Range(0, count).Select(i => Root(key, $"CN=one authority among very many whose name fills some room {i:D6}")));
    }

    // Names of these many bytes in all, each with its length of two bytes: one name a kilobyte, and a last one for the rest.
    private static string Filling(int bytes)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new System.Text.StringBuilder();
        for (var i = 0; bytes > 0; i++)
        {
            var part = bytes > 2_000 ? 1_000 : bytes;

            // What DER adds to a text this long does not change with it.
            var one = new X500DistinguishedName($"CN={new string('x', 300)}").RawData.Length - 300 + 2;
            pem.Append(Root(key, $"CN={i:D3}{new string('x', part - one - 3)}"));
            bytes -= part;
        }

        return pem.ToString();
    }

    private static string Root(ECDsa key, string name)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        using var root = request.CreateSelfSigned(TestPki.Now.AddHours(-1), TestPki.Now.AddDays(1));
        return root.ExportCertificatePem() + "\n";
    }

    // Twice: a client that has a context to show is not told the names.
    private static async Task<(bool IsIn, string[] Issuers)> TryAsync(
        SslServerAuthenticationOptions options, SslProtocols version, IssuedCertificate client, Authority authority)
    {
        string[] issuers = [];
        await TryAsync(options, new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = version,
            LocalCertificateSelectionCallback = (_, _, _, server, names) =>
            {
                issuers = server is null ? issuers : names;
                return null!;
            },
        });
        var context = SslStreamCertificateContext.Create(client.Certificate, [authority.Issuing], offline: true);
        var showing = new SslClientAuthenticationOptions { EnabledSslProtocols = version, ClientCertificateContext = context };
        return (await TryAsync(options, showing), issuers);
    }

    // Whether the server lets it in.
    private static async Task<bool> TryAsync(SslServerAuthenticationOptions options, SslClientAuthenticationOptions client)
    {
        client.TargetHost = "localhost";
        client.ApplicationProtocols = [SslApplicationProtocol.Http2];
        client.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port);
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var server = new SslStream(accepted.GetStream());
        await using var tls = new SslStream(socket.GetStream());
        var connecting = tls.AuthenticateAsClientAsync(client);
        var isIn = false;
        try
        {
            await server.AuthenticateAsServerAsync(options);
            isIn = true;
            await connecting;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            accepted.Dispose();
            await connecting.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        return isIn;
    }
}

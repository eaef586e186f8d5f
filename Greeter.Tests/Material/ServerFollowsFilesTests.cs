using System.Net.Security;
using System.Net.Sockets;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>The server follows its files, however they are replaced, and keeps what it has when the new ones are no good.</summary>
public sealed class ServerFollowsFilesTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    public static TheoryData<string> Ways => Replacing.Ways;

    // What is put in place of a good set, and the problem that says so.
    private static readonly Fault<BadSet>[] Faults =
    [
        new("no key", "file-missing", set => File.Delete(set.Key)),
        new("another certificate's key", "key-mismatch", set => File.WriteAllText(set.Key, TestPki.Ec.Client.KeyPem)),
        new("a certificate that is cut off", "certificate-malformed", set => File.WriteAllText(set.Chain, set.Next.ChainPem[..^100])),
        new("an empty certificate", "not-pem", set => File.WriteAllText(set.Chain, "")),
        new("a folder in the key's place", "file-unreadable", set => set.MakeKeyAFolder()),
        new("a chain in the wrong order", "chain-order", set => set.Write(
            TestPki.Ec.ServerCa.Issuing.ExportCertificatePem() + "\n" + set.Next.LeafPem, set.Next.KeyPem)),
        new("an expired certificate", "not-valid-now", set => set.Take(Expired)),
        new("no roots", "not-pem", set => File.WriteAllText(set.Roots, "")),
    ];

    public static TheoryData<string> BadSets => Fault.Names(Faults);

    private static IssuedCertificate Expired => TestPki.Ec.ServerCa.Issue(
        LeafProfile.Server() with { NotBefore = TestPki.Now.AddDays(-2), NotAfter = TestPki.Now.AddDays(-1) }, TestPki.Now);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_new_certificate_is_shown_to_new_connections_when_files_are_replaced_by(string way)
    {
        var live = Replacing.Prepare(way, _folder.Root);
        Replacing.Put(way, _folder.Root, 1, Set(TestPki.Ec.Server), () => { });
        await using var server = await StartAsync(live);
        (await ShownAsync(server)).Should().Be(TestPki.Ec.Server.Certificate.Thumbprint);
        var next = TestPki.Ec.ServerCa.Issue(LeafProfile.Server(), TestPki.Now);

        Replacing.Put(way, _folder.Root, 2, Set(next), between: () =>
        {
            _time.Advance(Interval);
            ShownAsync(server).GetAwaiter().GetResult().Should().Be(TestPki.Ec.Server.Certificate.Thumbprint, "half a set is not taken");
        });
        _time.Advance(Interval);

        (await ShownAsync(server)).Should().Be(next.Certificate.Thumbprint);
    }

    [Theory]
    [MemberData(nameof(BadSets))]
    public async Task A_bad_set_changes_nothing_is_said_once_and_the_good_one_after_it_is_taken(string what)
    {
        var fault = Fault.Of(Faults, what);
        var live = Replacing.Prepare("copy over", _folder.Root);
        Replacing.Put("copy over", _folder.Root, 1, Set(TestPki.Ec.Server), () => { });
        await using var server = await StartAsync(live);
        var next = TestPki.Ec.ServerCa.Issue(LeafProfile.Server(), TestPki.Now);
        var bad = new BadSet(live, next);
        fault.Break(bad);

        for (var i = 0; i < 5; i++)
            _time.Advance(Interval);

        (await ShownAsync(server)).Should().Be(TestPki.Ec.Server.Certificate.Thumbprint);
        server.Log.All.Where(line => line.Contains("stay in use", StringComparison.Ordinal)).Should().ContainSingle().Which.Should().Contain($"[{fault.Problem}]");
        if (Directory.Exists(bad.Key))
            Directory.Delete(bad.Key);
        Replacing.Put("copy over", _folder.Root, 3, Set(next), () => { });
        _time.Advance(Interval);
        (await ShownAsync(server)).Should().Be(next.Certificate.Thumbprint);
    }

    [Fact]
    public async Task Expiry_is_told_at_a_third_and_at_a_tenth_of_the_lifetime()
    {
        await using var server = await TestServer.StartAsync(_folder, _time, "--Tls:RefreshInterval", "01:00:00");
        int Warnings() => server.Log.All.Count(line => line.Contains("TlsMaterialSource a certificate expires soon [expires-soon]: CN=localhost", StringComparison.Ordinal));

        Warnings().Should().Be(0);
        _time.Advance(TimeSpan.FromDays(21));
        Warnings().Should().Be(1);
        _time.Advance(TimeSpan.FromDays(1));
        Warnings().Should().Be(1, "each is told once");
        _time.Advance(TimeSpan.FromDays(6));
        Warnings().Should().Be(2);
    }

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, string> Set(IssuedCertificate issued) => new()
    {
        ["server_cert.pem"] = issued.ChainPem,
        ["server_key.pem"] = issued.KeyPem,
        ["client_ca.pem"] = TestPki.Ec.ClientCa.RootsPem,
    };

    private Task<TestServer> StartAsync(string live) => TestServer.StartAsync(
        _folder, _time, "--Tls:CertificateChain", Path.Combine(live, "server_cert.pem"), "--Tls:PrivateKey", Path.Combine(live, "server_key.pem"),
        "--Tls:TrustedRoots", Path.Combine(live, "client_ca.pem"));

    private static async Task<string> ShownAsync(TestServer server)
    {
        using var socket = new TcpClient("127.0.0.1", server.Port(PortKind.Tls));
        await using var tls = new SslStream(socket.GetStream());
        var options = TlsHandshake.Client(TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem));
        options.TargetHost = "localhost";
        options.AllowTlsResume = false;
        await tls.AuthenticateAsClientAsync(options);
        return ((System.Security.Cryptography.X509Certificates.X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    private sealed record BadSet(string Live, IssuedCertificate Next)
    {
        public string Chain => Path.Combine(Live, "server_cert.pem");

        public string Key => Path.Combine(Live, "server_key.pem");

        public string Roots => Path.Combine(Live, "client_ca.pem");

        public void Take(IssuedCertificate issued) => Write(issued.ChainPem, issued.KeyPem);

        public void Write(string chain, string key)
        {
            File.WriteAllText(Key, key);
            File.WriteAllText(Chain, chain);
        }

        public void MakeKeyAFolder()
        {
            File.Delete(Key);
            Directory.CreateDirectory(Key);
        }
    }
}

using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>Which lists count, for whom, and what they cannot hide.</summary>
public sealed class RevocationListTests : IDisposable
{
    private static readonly Authority Ca = TestPki.Ec.ClientCa;
    private static readonly X509Certificate2 Leaf = TestPki.Ec.Client.Certificate;

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_roots_list_that_revokes_the_issuing_authority_counts_wherever_it_stands(bool sameFile, bool first)
    {
        string[] Lists(params X509Certificate2[] revoked)
        {
            string[] lists = [new TestList(Ca.Root) { Revoked = revoked }.Pem(), new TestList(Ca.Issuing).Pem()];
            lists = first ? lists : [lists[1], lists[0]];
            return sameFile ? [string.Concat(lists)] : lists;
        }

        Verify(Lists()).Should().BeNull();
        Verify(Lists(Ca.Issuing)).Should().Be("client-certificate-revoked");
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_client_is_revoked_if_any_list_of_its_issuer_says_so(bool sameFile, bool byTheNewer)
    {
        string[] Lists(params X509Certificate2[] revoked)
        {
            var regular = new TestList(Ca.Issuing) { Age = TimeSpan.FromDays(2), Left = TimeSpan.FromDays(30), Revoked = byTheNewer ? [] : revoked };
            var emergency = new TestList(Ca.Issuing) { Left = TimeSpan.FromDays(7), Revoked = byTheNewer ? revoked : [] };
            return sameFile ? [regular.Pem() + emergency.Pem()] : [regular.Pem(), emergency.Pem()];
        }

        Verify(Lists()).Should().BeNull();
        Verify(Lists(Leaf)).Should().Be("client-certificate-revoked");
    }

    [Fact]
    public void A_list_that_somebody_else_signed_revokes_nobody()
    {
        using var twin = Authority.Create("client_ca", KeyKind.Ec, TestPki.Now);
        var good = new TestList(Ca.Issuing).Pem();

        Verify(good + new TestList(twin.Issuing) { Revoked = [Leaf] }.Pem()).Should().BeNull();
        Verify(good + new TestList(Ca.Issuing) { Revoked = [Leaf] }.Pem()).Should().Be("client-certificate-revoked");
    }

    [Fact]
    public void The_newest_list_decides_whether_the_lists_are_current()
    {
        var lasting = new TestList(Ca.Issuing) { Age = TimeSpan.FromDays(2), Left = TimeSpan.FromDays(30) };
        var outdated = new TestList(Ca.Issuing) { Left = TimeSpan.FromMinutes(-5) };

        Verify(lasting.Pem() + outdated.Pem()).Should().Be("revocation-list-expired");
        Verify(lasting.Pem() + (outdated with { Left = TimeSpan.FromMinutes(5) }).Pem()).Should().BeNull();
        Verify((lasting with { Age = TimeSpan.FromMinutes(30) }).Pem() + outdated.Pem()).Should().BeNull("then the lasting one is the newest");
    }

    [Fact]
    public void A_list_from_the_future_is_not_current_and_what_it_revokes_is_revoked()
    {
        var future = new TestList(Ca.Issuing) { Age = TimeSpan.FromHours(-2) };

        Verify(future.Pem()).Should().Be("revocation-list-not-yet-valid");
        Verify((future with { Revoked = [Leaf] }).Pem()).Should().Be("client-certificate-revoked");
        Verify(future.Pem() + new TestList(Ca.Issuing).Pem()).Should().BeNull("one of them is current");
        Verify((future with { Age = TimeSpan.FromMinutes(-1) }).Pem()).Should().BeNull("clocks differ by a minute");
        Verify(RevocationFailure.Soft, future.Pem()).Should().BeNull();
    }

    [Theory]
    [InlineData("1.2.3.4", true, "revocation-list-malformed")]
    [InlineData("1.2.3.4", false, null)]
    [InlineData("2.5.29.27", false, "revocation-list-malformed")] // Delta.
    [InlineData("2.5.29.28", false, "revocation-list-malformed")] // Partial.
    public void A_list_with_a_critical_extension_that_is_not_understood_is_refused(string oid, bool critical, string? problem) =>
        Verify(new TestList(Ca.Issuing) { Extension = (oid, critical) }.Pem()).Should().Be(problem);

    [Theory]
    [InlineData("1.2.3.4", true, "revocation-list-malformed")]
    [InlineData("1.2.3.4", false, "client-certificate-revoked")]
    [InlineData("2.5.29.21", false, "client-certificate-revoked")] // The reason.
    [InlineData("2.5.29.29", true, "revocation-list-malformed")] // The certificate is another issuer's.
    public void An_entry_with_a_critical_extension_that_is_not_understood_is_refused(string oid, bool critical, string problem) =>
        Verify(new TestList(Ca.Issuing) { Revoked = [Leaf], EntryExtension = (oid, critical) }.Pem()).Should().Be(problem);

    [Theory]
    [InlineData("second block cut", "revocation-list-malformed")]
    [InlineData("bytes after the list", "revocation-list-malformed")]
    [InlineData("DER", null)]
    [InlineData("a certificate beside it", null)]
    [InlineData("text around it", null)]
    public void The_whole_file_is_read(string how, string? problem)
    {
        var list = new TestList(Ca.Issuing);
        File.WriteAllBytes(_folder.Path("0.crl"), how switch
        {
            "second block cut" => [.. Bytes(list.Pem()), .. Bytes(list.Pem())[..^40]],
            "bytes after the list" => [.. list.Der(), 1, 2, 3],
            "DER" => list.Der(),
            "a certificate beside it" => Bytes(Ca.RootsPem + list.Pem()),
            _ => Bytes($"# the list\n{list.Pem()}the end\n"),
        });

        Verify(RevocationFailure.Hard, count: 1).Should().Be(problem);

        static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
    }

    [Fact]
    public async Task An_older_list_that_is_put_back_is_told_and_lets_nobody_in()
    {
        var time = new FakeTime(TestPki.Now);
        var list = new TestList(Ca.Issuing) { Number = 7, Age = TimeSpan.FromMinutes(10) };
        var path = _folder.Write("0.crl", list.Pem());
        await using var server = await TestServer.StartAsync(_folder, time, "--Tls:RevocationLists", path);
        await ShouldGreetAsync(true);
        _folder.Write("0.crl", (list with { Number = 8, Age = TimeSpan.FromMinutes(5), Revoked = [Leaf] }).Pem());
        time.Advance(TimeSpan.FromSeconds(5));
        await ShouldGreetAsync(false);

        foreach (var older in new[] { list, list with { Age = TimeSpan.FromMinutes(1) }, list with { Number = null } })
        {
            _folder.Write("0.crl", older.Pem());
            time.Advance(TimeSpan.FromSeconds(5));
            server.Log.All.Last(line => line.Contains("TlsMaterialSource", StringComparison.Ordinal)).Should()
                .Contain("the old ones stay in use").And.Contain("[revocation-list-older]").And.Contain(path);
            await ShouldGreetAsync(false);
        }

        _folder.Write("0.crl", (list with { Number = 9, Age = TimeSpan.Zero }).Pem());
        time.Advance(TimeSpan.FromSeconds(5));
        await ShouldGreetAsync(true);

        async Task ShouldGreetAsync(bool isLetIn)
        {
            var client = await TestClient.RunAsync(_folder, "--credentials", "mtls", "--address", server.Mtls);
            (client.ExitCode == 0).Should().Be(isLetIn, "{0}", client);
        }
    }

    [Fact]
    public async Task A_revoked_issuing_authority_closes_the_door_in_a_handshake()
    {
        var path = _folder.Write("0.crl", new TestList(Ca.Issuing).Pem() + new TestList(Ca.Root) { Revoked = [Ca.Issuing] }.Pem());
        await using var server = await TestServer.StartAsync(_folder, "--Tls:RevocationLists", path);

        (await TestClient.RunAsync(_folder, "--credentials", "mtls", "--address", server.Mtls)).ExitCode.Should().Be(1);

        (await server.Log.WaitForAsync("refused a handshake")).Should().Contain("[client-certificate-revoked]").And.Contain(Ca.Issuing.Subject);
        (await TestClient.RunAsync(_folder, "--credentials", "tls", "--address", server.Tls)).ShouldGreet();
        server.Port(PortKind.Mtls).Should().BePositive();
    }

    [Theory]
    [InlineData("--Tls:RevocationLists", "")]
    [InlineData("--Tls:RevocationLists:0", "")]
    [InlineData("--Tls:RevocationLists:0", "client_ca.crl", "--Tls:RevocationLists:1", "")]
    [InlineData("--Tls:RevocationLists:0", "client_ca.crl", "--Tls:RevocationLists", "")]
    public void An_empty_text_in_place_of_a_list_does_not_switch_revocation_off(params string[] settings)
    {
        _folder.Write("client_ca.crl", new TestList(Ca.Issuing).Pem());
        var paths = settings.Select(each => each == "client_ca.crl" ? _folder.Path(each) : each).ToArray();
        var start = (string[] arguments) => Server.Program.Build([.. TestServer.Arguments(_folder), .. arguments]);

        var found = start.Invoking(each => each(paths)).Should().Throw<TlsException>().Which.Problems.Should().ContainSingle().Subject;

        found.Id.Should().Be("invalid-setting");
        found.Cause.Should().Contain("Tls:RevocationLists");
        start.Invoking(each => each([])).Should().NotThrow();
        start.Invoking(each => each(["--Tls:RevocationLists:0", _folder.Path("client_ca.crl")])).Should().NotThrow();
    }

    public void Dispose() => _folder.Dispose();

    private string? Verify(params string[] lists) => Verify(RevocationFailure.Hard, lists);

    private string? Verify(RevocationFailure mode, params string[] lists)
    {
        for (var i = 0; i < lists.Length; i++)
            _folder.Write($"{i}.crl", lists[i]);
        return Verify(mode, lists.Length);
    }

    // What a handshake with the client would be told; null where it is let in.
    private string? Verify(RevocationFailure mode, int count)
    {
        try
        {
            var material = TlsMaterial.Load(new TlsFiles
            {
                Side = TlsSide.Server,
                CertificateChain = new TlsFile(_folder.ServerCert, "Tls:CertificateChain", "the server's certificate chain"),
                PrivateKey = new TlsFile(_folder.ServerKey, "Tls:PrivateKey", "the server's private key"),
                TrustedRoots = new TlsFile(_folder.ClientCa, "Tls:TrustedRoots", "the roots that may vouch for clients"),
                RevocationLists =
                    [.. Enumerable.Range(0, count).Select(i => new TlsFile(_folder.Path($"{i}.crl"), "Tls:RevocationLists", "a list"))],
                RevocationFailure = mode,
            });
            return TlsHandshake.VerifyClient(material, Leaf, [Ca.Issuing], TestPki.Now).SingleOrDefault()?.Id;
        }
        catch (TlsException e)
        {
            return e.Problems.Single().Id;
        }
    }
}

using System.Diagnostics;
using Greeter.Pki;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>Pipes, devices and files without end are not read: neither memory nor a thread is lost to them.</summary>
public sealed class IrregularFileTests : IDisposable
{
    private const string Pipe = "a pipe";
    private const string Device = "a device";
    private const string Huge = "1 GiB";

    private static readonly string[] Read = ["server_cert.pem", "server_key.pem", "password.txt", "client_ca.pem", "client_ca.crl"];
    private static readonly string[] Kinds = [Pipe, "a link to a pipe", Device, Huge];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var file in Read)
            {
                foreach (var kind in Kinds)
                    cases.Add(file, kind);
            }

            return cases;
        }
    }

    [TheoryOnUnix]
    [MemberData(nameof(Cases))]
    public async Task What_is_no_regular_file_of_a_sensible_size_is_told_and_not_read(string file, string kind)
    {
        var files = Files();
        TlsMaterial.Load(files);
        Replace(file, kind);
        var allocated = 0L;

        var load = Task.Run(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                TlsMaterial.Load(files);
                return [];
            }
            catch (TlsException e)
            {
                return e.Problems;
            }
            finally
            {
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        });
        var problem = (await load.WaitAsync(Limit)).Should().ContainSingle().Subject;

        problem.Id.Should().Be("file-refused");
        problem.Cause.Should().Contain(_folder.Path(file)).And.Contain(kind switch { Huge => "MiB", Device => Device, _ => Pipe });
        allocated.Should().BeLessThan(128 << 20);
    }

    [TheoryOnUnix]
    [InlineData(Pipe)]
    [InlineData(Device)]
    [InlineData(Huge)]
    public async Task A_running_server_goes_on_with_the_old_set_and_follows_the_next(string kind)
    {
        await using var server = await TestServer.StartAsync(_folder, _time);
        Replace("client_ca.pem", kind);

        await Task.Run(() => _time.Advance(TimeSpan.FromSeconds(5))).WaitAsync(Limit);
        server.Log.All.Should().ContainSingle(line => line.Contains("the old ones stay in use", StringComparison.Ordinal))
            .Which.Should().Contain("[file-refused]");
        (await TestClient.RunAsync(_folder, "--credentials", "mtls", "--address", server.Mtls)).ShouldGreet();

        File.Delete(_folder.ClientCa);
        using var next = Authority.Create("next_ca", KeyKind.Ec, TestPki.Now);
        _folder.Write(_folder.ClientCa, next.RootsPem);
        await Task.Run(() => _time.Advance(TimeSpan.FromSeconds(5))).WaitAsync(Limit);
        (await TestClient.RunAsync(_folder, "--credentials", "mtls", "--address", server.Mtls)).ExitCode.Should().Be(1, "the roots are others now");
    }

    [TheoryOnUnix]
    [InlineData(Pipe)]
    [InlineData(Device)]
    [InlineData(Huge)]
    public async Task A_client_names_the_roots_that_it_does_not_read(string kind)
    {
        Replace("server_ca.pem", kind);

        (await TestClient.RunAsync(_folder, "--credentials", "tls").WaitAsync(Limit)).ShouldNotStart("file-refused", _folder.ServerCa);
    }

    [TheoryOnUnix]
    [InlineData(Pipe)]
    [InlineData(Device)]
    [InlineData(Huge)]
    public void A_server_does_not_start_with_such_a_file_of_users(string kind)
    {
        var users = TestUsers.Write(_folder, "alice");
        string[] arguments = [.. TestServer.Arguments(_folder), "--SignIn:Users", users];
        var start = () => Server.Program.Build(arguments);
        start.Should().NotThrow();
        Replace("users.txt", kind);

        start.Should().Throw<TlsException>().Which.Problems.Should().ContainSingle().Which.Id.Should().Be("file-refused");
    }

    [Fact]
    public void A_file_of_just_the_limit_is_read()
    {
        var files = Files();
        var good = File.ReadAllText(_folder.ClientCa);
        var padding = new string('\n', (1 << 20) - good.Length);

        _folder.Write(_folder.ClientCa, good + padding);
        TlsMaterial.Load(files).Roots.Certificates.Should().NotBeEmpty();

        _folder.Write(_folder.ClientCa, good + padding + "\n");
        FluentActions.Invoking(() => TlsMaterial.Load(files)).Should().Throw<TlsException>()
            .Which.Problems.Should().ContainSingle().Which.Cause.Should().Contain("1 MiB");
    }

    public void Dispose() => _folder.Dispose();

    private void Replace(string file, string kind)
    {
        var path = _folder.Path(file);
        File.Delete(path);
        switch (kind)
        {
            case Device:
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case Huge:
                using (var sparse = File.Create(path))
                    sparse.SetLength(1 << 30);
                break;
            default:
                using (var made = Process.Start("mkfifo", [_folder.Path("pipe")]))
                    made.WaitForExit();
                File.CreateSymbolicLink(path + ".link", _folder.Path("pipe"));
                File.Move(kind == Pipe ? _folder.Path("pipe") : path + ".link", path);
                break;
        }
    }

    private TlsFiles Files()
    {
        _folder.Write(_folder.ServerKey, EncryptedKey.Pem(TestPki.Ec.Server, "secret"));
        _folder.Write("password.txt", "secret\n");
        _folder.Write("client_ca.crl", new TestList(TestPki.Ec.ClientCa.Issuing).Pem());
        return new TlsFiles
        {
            Side = TlsSide.Server,
            CertificateChain = new TlsFile(_folder.ServerCert, "Tls:CertificateChain", "the server's certificate chain"),
            PrivateKey = new TlsFile(_folder.ServerKey, "Tls:PrivateKey", "the server's private key"),
            PrivateKeyPassword = new TlsFile(_folder.Path("password.txt"), "Tls:PrivateKeyPasswordFile", "the key's password"),
            TrustedRoots = new TlsFile(_folder.ClientCa, "Tls:TrustedRoots", "the roots that may vouch for clients"),
            RevocationLists = [new TlsFile(_folder.Path("client_ca.crl"), "Tls:RevocationLists", "a revocation list of clients")],
        };
    }
}

using Greeter.Pki;
using GrpcTls;
using Microsoft.Extensions.Logging;

namespace Greeter.Tests;

/// <summary>A damaged file never ends the server: it is named, and the old set stays in use.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly LogLines _log = new();

    // File, how it is damaged, problem.
    public static TheoryData<string, string, string> Cases => new()
    {
        { "server_cert.pem", Damage.PublicKey, "certificate-unusable" },
        { "server_cert.pem", Damage.Curve, "certificate-unusable" },
        { "server_cert.pem", Damage.Usages, "certificate-unusable" },
        { "client_ca.pem", Damage.PublicKey, "certificate-unusable" },
        { "client_ca.pem", Damage.Curve, "certificate-unusable" },
        { "server_cert.pem", Damage.Date, "certificate-malformed" },
        { "client_ca.pem", Damage.Date, "certificate-malformed" },
        { "server_key.pem", Damage.Curve, "key-malformed" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_running_server_names_a_damaged_file_and_goes_on_with_the_old_set(string file, string how, string problem)
    {
        await using var server = await TestServer.StartAsync(_folder, _time);
        var good = File.ReadAllText(_folder.Path(file));

        _folder.Write(file, Damage.Pem(good, how));
        _time.Advance(Interval);
        _time.Advance(Interval);

        server.Log.All.Should().ContainSingle(line => line.Contains("the old ones stay in use", StringComparison.Ordinal))
            .Which.Should().Contain($"[{problem}]").And.Contain(_folder.Path(file));
        await GreetAsync(server);

        _folder.Write(file, good);
        _time.Advance(Interval);
        server.Log.All.Last(line => line.Contains("TlsMaterialSource", StringComparison.Ordinal))
            .Should().Contain("good again", "the last word is not about files that are gone");
        await GreetAsync(server);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void At_start_a_damaged_file_is_a_problem_like_any_other(string file, string how, string problem)
    {
        var start = () => Server.Program.Build(TestServer.Arguments(_folder));
        _folder.Write(file, Damage.Pem(File.ReadAllText(_folder.Path(file)), how));

        var found = start.Should().Throw<TlsException>().Which.Problems.Should().ContainSingle().Subject;

        (found.Id, found.Cause).Should().Match<(string Id, string Cause)>(told => told.Id == problem && told.Cause.Contains(_folder.Path(file)));
        found.Describe().Should().NotContainAny("{", "   at ");
    }

    [Fact]
    public async Task The_program_ends_with_three_lines_and_no_stack_trace()
    {
        _folder.Write(_folder.ServerCert, Damage.Pem(TestPki.Ec.Server.ChainPem, Damage.Curve));

        var run = await ServerProcess.RunAsync(TestServer.Arguments(_folder));

        (run.ExitCode, run.Output).Should().Be((2, ""), run.Error);
        ThreeLines.Ids(run.Error).Should().Equal("certificate-unusable");
    }

    [Fact]
    public async Task A_damaged_root_stops_the_client_with_three_lines()
    {
        await using var server = await TestServer.StartAsync(_folder, _time);
        _folder.Write(_folder.ServerCa, Damage.Pem(TestPki.Ec.ServerCa.RootsPem, Damage.PublicKey));

        (await TestClient.RunAsync(_folder, "--credentials", "tls", "--address", server.Tls)).ShouldNotStart("certificate-unusable", _folder.ServerCa);

        _folder.Write(_folder.ServerCa, TestPki.Ec.ServerCa.RootsPem);
        (await TestClient.RunAsync(_folder, "--credentials", "tls", "--address", server.Tls)).ShouldGreet();
    }

    [Fact]
    public void A_subscriber_that_throws_stops_neither_the_others_nor_the_watch()
    {
        var source = Source();
        var told = new List<TlsMaterial>();
        source.Changed += _ => throw new InvalidOperationException("no luck");
        source.Changed += told.Add;
        using var following = source.Watch(Interval, _time, _log.CreateLogger("files"));

        for (var i = 1; i <= 2; i++)
        {
            _folder.WriteServer(TestPki.Ec.ServerCa.Issue(LeafProfile.Server(), TestPki.Now));
            _time.Advance(Interval);
            told.Should().HaveCount(i).And.EndWith(source.Current);
        }

        _log.All.Count(line => line.Contains("no luck", StringComparison.Ordinal)).Should().Be(2, string.Join('\n', _log.All));
    }

    [Fact]
    public void A_log_that_throws_does_not_stop_the_watch()
    {
        var source = Source();
        using var broken = new LoggerFactory([new BrokenLog()]);
        using var following = source.Watch(Interval, _time, broken.CreateLogger<DamagedFileTests>());
        var next = TestPki.Ec.ServerCa.Issue(LeafProfile.Server(), TestPki.Now);

        _folder.Write(_folder.ServerKey, "no key");
        _time.Advance(Interval);
        _folder.WriteServer(next);
        _time.Advance(Interval);

        source.Current.Identity!.Certificate.Thumbprint.Should().Be(next.Certificate.Thumbprint);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    private async Task GreetAsync(TestServer server) =>
        (await TestClient.RunAsync(_folder, "--credentials", "mtls", "--address", server.Mtls)).ShouldGreet();

    private TlsMaterialSource Source() => new(new TlsFiles
    {
        Side = TlsSide.Server,
        CertificateChain = new TlsFile(_folder.ServerCert, "Tls:CertificateChain", "the server's certificate chain"),
        PrivateKey = new TlsFile(_folder.ServerKey, "Tls:PrivateKey", "the server's private key"),
    });

    private sealed class BrokenLog : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => throw new IOException("the disk is full");

        public void Dispose()
        {
        }
    }
}

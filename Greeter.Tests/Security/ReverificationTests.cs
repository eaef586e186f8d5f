using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Greeter.Tests;

/// <summary>A change of the files costs a server with many connections what is needed, and not the thread that reads the files.</summary>
public sealed class ReverificationTests : IDisposable
{
    private static readonly int Many = Full.Or(2_000, 10_000);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TlsEndpointFeature Endpoint = new("mtls", IsTls: true, IsMutual: true);
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly TaskCompletionSource _end = new();
    private ConnectionTracker? _keeper;
    private TlsMaterialSource _source = null!;
    private IDisposable? _watching;

    [Fact]
    [Trait(Full.Category, Full.Endurance)]
    public async Task A_change_of_roots_with_thousands_of_connections_leaves_the_timer_thread_free()
    {
        using var gate = new HeldLog();
        var (source, keeper) = await StartAsync(gate);
        var connections = Connect(keeper, source.Current, Many);
        keeper.Count.Should().Be(Many);
        using var stranger = Authority.Create("other_ca", KeyKind.Ec, TestPki.Now);
        _folder.Write(_folder.ClientCa, stranger.RootsPem);

        await Task.Run(() => _time.Advance(Interval)).WaitAsync(Generous); // Returns although the first end is held up.

        source.Current.Roots.Certificates.Should().ContainSingle().Which.Subject.Should().Contain("other_ca");
        await gate.Reached.WaitAsync(Generous);
        connections.Count(each => each.IsAskedToEnd).Should().Be(1, "the gate is closed");
        gate.Open();
        await Eventually.TrueAsync(
            () => connections.All(each => each.IsAskedToEnd), () => $"{connections.Count(each => each.IsAskedToEnd)} were ended");
    }

    [Fact]
    public async Task A_change_of_roots_that_still_vouch_for_a_client_ends_nothing_and_one_that_do_not_ends_it()
    {
        var (source, keeper) = await StartAsync();
        var connection = Connect(keeper, source.Current, 1)[0];
        using var stranger = Authority.Create("other_ca", KeyKind.Ec, TestPki.Now);
        var foreign = stranger.Issue(LeafProfile.Client(), TestPki.Now);
        _folder.Write(_folder.ClientCa, TestPki.Ec.ClientCa.RootsPem + stranger.RootsPem);
        _time.Advance(Interval);
        var other = Connect(keeper, source.Current, 1, foreign)[0];

        _folder.Write(_folder.ClientCa, TestPki.Ec.ClientCa.RootsPem);
        _time.Advance(Interval);

        await Eventually.TrueAsync(() => other.IsAskedToEnd, () => "the client of the removed authority goes on");
        connection.IsAskedToEnd.Should().BeFalse();
    }

    [Fact]
    public async Task A_connection_that_was_verified_by_older_roots_is_verified_by_the_newer_ones_at_once()
    {
        var (source, keeper) = await StartAsync();
        var older = source.Current;
        using var stranger = Authority.Create("other_ca", KeyKind.Ec, TestPki.Now);
        _folder.Write(_folder.ClientCa, stranger.RootsPem);
        _time.Advance(Interval);

        Connect(keeper, older, 1)[0].IsAskedToEnd.Should().BeTrue();
        Connect(keeper, source.Current, 1)[0].IsAskedToEnd.Should().BeFalse("that is what its handshake was verified by");
    }

    [Fact]
    public async Task Each_chain_is_verified_once()
    {
        var run = new VerifiedChains(Material());
        run.Add(TestPki.Ec.Client, 1000);
        run.Add(TestPki.Ec.ClientCa.Issue(LeafProfile.Client("other"), TestPki.Now), 1000);
        WriteRoots(TestPki.Ec.ClientCa.RootsPem + TestPki.Ec.ServerCa.RootsPem);

        await run.TakeAsync(Material());

        run.Verified.Should().OnlyHaveUniqueItems().And.HaveCount(2);
        run.Ended.Should().Be(2000);
    }

    [Fact]
    public async Task A_change_of_the_servers_own_certificate_verifies_nobody_and_one_of_roots_or_lists_everybody()
    {
        var (before, list) = (Material(), _folder.Path("client_ca.crl"));
        _folder.WriteServer(TestPki.Ec.ServerCa.Issue(LeafProfile.Server(), TestPki.Now));
        (await VerifiedAsync(before)).Should().Be(0);

        WriteRoots(TestPki.Ec.ClientCa.RootsPem + TestPki.Ec.ServerCa.RootsPem);
        (await VerifiedAsync(before)).Should().Be(1);
        (await VerifiedAsync(Material())).Should().Be(0, "the same roots again");

        File.WriteAllText(list, RevokedList.ToPem(TestPki.Ec.ClientCa.Issuing, earlierPem: null, [], TestPki.Now));
        before = Material(list);
        (await VerifiedAsync(before, list)).Should().Be(0);
        X509Certificate2[] revoked = [TestPki.Ec.Client.Certificate];
        File.WriteAllText(list, RevokedList.ToPem(TestPki.Ec.ClientCa.Issuing, earlierPem: null, revoked, TestPki.Now));
        (await VerifiedAsync(before, list)).Should().Be(1);
    }

    [Fact]
    public async Task Of_changes_that_come_during_a_run_the_last_one_counts()
    {
        var run = new VerifiedChains(Material()) { Gate = new ManualResetEventSlim() };
        run.Add(TestPki.Ec.Client, 1);
        var materials = Enumerable.Range(1, 20).Select(i =>
        {
            WriteRoots(string.Concat(Enumerable.Repeat(TestPki.Ec.ClientCa.RootsPem, i + 1)));
            return Material();
        }).ToArray();

        run.Request(materials[0]);
        await Eventually.TrueAsync(() => run.Verified.Count == 1, () => "the first run does not begin");
        Array.ForEach(materials[1..], run.Request);
        run.Gate.Set();
        await run.StopAsync();

        run.By.Should().Equal(materials[0], materials[^1]);
    }

    [Fact]
    public void Of_what_a_client_sends_only_its_chain_is_kept()
    {
        using var chain = Chain(TestPki.Ec.Client);
        for (var i = 0; i < 50; i++)
            chain.ChainPolicy.ExtraStore.Add(TestPki.Ec.ClientCa.Issue(LeafProfile.Client($"stranger {i}"), TestPki.Now).Certificate);
        chain.Build(TestPki.Ec.Client.Certificate).Should().BeTrue();

        var flow = new HandshakeContext(Endpoint, remote: null);
        flow.RememberChain(chain, Material());

        flow.Intermediates.Should().ContainSingle().Which.Subject.Should().Be(TestPki.Ec.ClientCa.Issuing.Subject);
    }

    [Fact]
    public void Only_the_first_of_many_ends_counts()
    {
        var fake = new FakeConnection(TestPki.Ec.Client);
        var connection = new OpenConnection(fake.Context, TestPki.Ec.Client.Certificate, handshake: null, DateTimeOffset.MaxValue);
        var first = 0;

        Parallel.For(0, 1000, i =>
        {
            if (connection.End(TestPki.Now.AddTicks(i)))
                Interlocked.Increment(ref first);
            connection.EndingSince.Should().BeCloseTo(TestPki.Now, TimeSpan.FromHours(1), "never half a time");
        });

        first.Should().Be(1);
        fake.Requests.Should().Be(1);
    }

    public void Dispose()
    {
        _end.TrySetResult();
        _keeper?.Dispose();
        _watching?.Dispose();
        _folder.Dispose();
    }

    private static X509Chain Chain(IssuedCertificate issued)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(TestPki.Ec.ClientCa.Root);
        chain.ChainPolicy.ExtraStore.ImportFromPem(issued.ChainPem);
        return chain;
    }

    private async Task<int> VerifiedAsync(TlsMaterial before, params string[] lists)
    {
        var run = new VerifiedChains(before);
        run.Add(TestPki.Ec.Client, 1);
        await run.TakeAsync(Material(lists));
        return run.Verified.Count;
    }

    private void WriteRoots(string pem) => _folder.Write(_folder.ClientCa, pem);

    private TlsFiles Files(params string[] lists) => new()
    {
        Side = TlsSide.Server,
        CertificateChain = new TlsFile(_folder.ServerCert, "Tls:CertificateChain", "the server's certificate chain"),
        PrivateKey = new TlsFile(_folder.ServerKey, "Tls:PrivateKey", "the server's private key"),
        TrustedRoots = new TlsFile(_folder.ClientCa, "Tls:TrustedRoots", "the roots that may vouch for clients"),
        RevocationLists = [.. lists.Select(list => new TlsFile(list, "Tls:RevocationLists", "a revocation list of clients"))],
    };

    private TlsMaterial Material(params string[] lists) => TlsMaterial.Load(Files(lists));

    private Task<(TlsMaterialSource Source, ConnectionTracker Keeper)> StartAsync(params ILoggerProvider[] logs)
    {
        var source = new TlsMaterialSource(Files());
        _source = source;
        var logger = new LoggerFactory(logs);
        _keeper = new ConnectionTracker(new TlsConnectionOptions(), _time, logger.CreateLogger<ConnectionTracker>());
        _keeper.Start();
        _keeper.Watch(source);
        _watching = source.Watch(Interval, _time, logger.CreateLogger<TlsMaterialSource>());
        return Task.FromResult((source, _keeper));
    }

    // As Kestrel hands them over after a handshake; they last until the test ends.
    private FakeConnection[] Connect(ConnectionTracker keeper, TlsMaterial material, int count, IssuedCertificate? issued = null)
    {
        issued ??= TestPki.Ec.Client;
        using var chain = Chain(issued);
        chain.Build(issued.Certificate);
        var serve = keeper.Track(_ => _end.Task);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var connection = new FakeConnection(issued);
            HandshakeContext.Begin(Endpoint, remote: null, _source);
            HandshakeContext.Current!.RememberChain(chain, material);
            serve(connection.Context).IsCompleted.Should().BeFalse();
            return connection;
        })];
    }

    private sealed class FakeConnection : IConnectionLifetimeNotificationFeature, ITlsConnectionFeature
    {
        private int _requests;

        public FakeConnection(IssuedCertificate issued)
        {
            ClientCertificate = issued.Certificate;
            Context = new DefaultConnectionContext();
            Context.Features.Set<IConnectionLifetimeNotificationFeature>(this);
            Context.Features.Set<ITlsConnectionFeature>(this);
        }

        public DefaultConnectionContext Context { get; }

        public int Requests => Volatile.Read(ref _requests);

        public bool IsAskedToEnd => Requests > 0;

        public CancellationToken ConnectionClosedRequested { get; set; }

        public X509Certificate2? ClientCertificate { get; set; }

        public void RequestClose() => Interlocked.Increment(ref _requests);

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }

    /// <summary>A run that lets nobody in, and notes whom it was asked about.</summary>
    private sealed class VerifiedChains
    {
        private readonly List<OpenConnection> _open = [];
        private readonly Reverification _subject;
        private readonly Task _running;

        public VerifiedChains(TlsMaterial current)
        {
            _subject = new Reverification(current, () => _open, Verify, (_, _) => Ended++, NullLogger.Instance);
            _running = Task.Run(_subject.RunAsync);
        }

        public ManualResetEventSlim? Gate { get; init; }

        public ConcurrentQueue<string> Verified { get; } = new();

        public ConcurrentQueue<TlsMaterial> By { get; } = new();

        public int Ended { get; private set; }

        public void Add(IssuedCertificate issued, int count)
        {
            for (var i = 0; i < count; i++)
                _open.Add(new OpenConnection(new DefaultConnectionContext(), issued.Certificate, handshake: null, DateTimeOffset.MaxValue));
        }

        public void Request(TlsMaterial material) => _subject.Request(material);

        public Task StopAsync()
        {
            _subject.Stop();
            return _running.WaitAsync(Generous);
        }

        public Task TakeAsync(TlsMaterial material)
        {
            Request(material);
            return StopAsync();
        }

        private string Verify(TlsMaterial material, OpenConnection connection)
        {
            Verified.Enqueue(connection.Certificate!.SerialNumber);
            By.Enqueue(material);
            Gate?.Wait(Generous);
            return "nobody is let in";
        }
    }

    /// <summary>A log that stops whoever writes the first line about an end.</summary>
    private sealed class HeldLog : ILoggerProvider, ILogger
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new();

        public Task Reached => _reached.Task;

        public void Open() => _open.Set();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name != "ConnectionEnding")
                return;
            _reached.TrySetResult();
            _open.Wait(Generous * 2);
        }

        public void Dispose() => Open();
    }
}

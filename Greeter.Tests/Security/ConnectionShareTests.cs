using System.Diagnostics.Metrics;
using GrpcTls.AspNetCore;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>Silent connections take nothing from others: an address has its share, probes have their own count, and silence ends.</summary>
public sealed class ConnectionShareTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly List<HostilePeer> _peers = [];
    private TestServer? _server;

    public Task InitializeAsync() => Task.CompletedTask;

    [FactOnLinux]
    public async Task Silent_connections_of_one_address_leave_room_for_others()
    {
        await StartAsync("--Limits:MaxConnections", "60");
        await ConnectAsync(PortKind.Insecure, "127.0.0.2", 100, taken: 10);

        (await IsServedAsync(PortKind.Insecure, "127.0.0.2")).Should().BeFalse("its share is used up");
        (await IsServedAsync(PortKind.Insecure, "127.0.0.3")).Should().BeTrue();
    }

    [FactOnLinux]
    public async Task The_share_of_an_address_counts_over_all_ports_and_is_given_back()
    {
        await StartAsync("--Limits:MaxConnections", "60", "--Limits:MaxConnectionsPerAddress", "2");
        await ConnectAsync(PortKind.Tls, "127.0.0.2", 1, taken: 1);
        (await IsServedAsync(PortKind.Insecure, "127.0.0.2")).Should().BeTrue("one is left");
        await ConnectAsync(PortKind.Mtls, "127.0.0.2", 1, taken: 2);

        (await IsServedAsync(PortKind.Insecure, "127.0.0.2")).Should().BeFalse();
        (await IsServedAsync(PortKind.Insecure, "127.0.0.3")).Should().BeTrue();
        _peers.ForEach(peer => peer.Dispose());
        await WaitForAsync(0);

        (await IsServedAsync(PortKind.Insecure, "127.0.0.2")).Should().BeTrue();
    }

    [FactOnLinux]
    public async Task Probes_are_served_when_all_connections_are_in_use()
    {
        await StartAsync("--Limits:MaxConnections", "2", "--Ports:Health", "0");
        await ConnectAsync(PortKind.Insecure, "127.0.0.2", 1, taken: 1);
        await ConnectAsync(PortKind.Tls, "127.0.0.3", 1, taken: 2);

        (await IsServedAsync(PortKind.Insecure, "127.0.0.4")).Should().BeFalse();
        (await IsServedAsync(PortKind.Health, "127.0.0.4")).Should().BeTrue();
    }

    [FactOnLinux]
    public async Task Connections_to_the_health_port_are_bounded_too_and_take_nothing_from_callers()
    {
        await StartAsync("--Limits:MaxConnections", "2", "--Ports:Health", "0");
        await ConnectAsync(PortKind.Health, "127.0.0.2", 1, taken: 1);
        await ConnectAsync(PortKind.Health, "127.0.0.3", 1, taken: 2);

        (await IsServedAsync(PortKind.Health, "127.0.0.4")).Should().BeFalse();
        (await IsServedAsync(PortKind.Insecure, "127.0.0.4")).Should().BeTrue();
    }

    [FactOnLinux]
    public async Task What_is_closed_is_counted_and_logged_with_a_limit()
    {
        var server = await StartAsync("--Limits:MaxConnectionsPerAddress", "10");
        using var counted = new RefusedCount(server);
        await ConnectAsync(PortKind.Insecure, "127.0.0.2", 40, taken: 10);

        await Eventually.TrueAsync(() => counted.Sum == 30, () => $"{counted.Sum} were counted");
        counted.Tags.Should().BeEquivalentTo("limit=MaxConnectionsPerAddress endpoint=insecure");
        var lines = server.Log.All.Where(line => line.Contains("closed a connection", StringComparison.Ordinal)).ToArray();
        lines.Should().HaveCount(LogRateLimit.Burst)
            .And.OnlyContain(line => line.Contains("insecure port from 127.0.0.2:", StringComparison.Ordinal))
            .And.OnlyContain(line => line.Contains(": MaxConnectionsPerAddress is 10", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 10)] // In the midst of the preface.
    [InlineData(true, 0)]
    [InlineData(true, 10)]
    public async Task A_connection_that_never_speaks_ends_soon_and_one_that_does_stays(bool tls, int bytes)
    {
        var server = await StartAsync("--Limits:HandshakeTimeout", "00:00:02");
        var keeper = server.App.Services.Tracker();
        var port = server.Port(tls ? PortKind.Tls : PortKind.Insecure);
        using var speaking = await (tls ? HostilePeer.ConnectTlsAsync(port) : HostilePeer.ConnectAsync(port));
        await speaking.TrySendAsync(HostilePeer.Preface);
        await speaking.ReadUntilAsync(HostilePeer.Settings);
        using var silent = await (tls ? HostilePeer.ConnectTlsAsync(port) : HostilePeer.ConnectAsync(port));
        await silent.TrySendAsync(HostilePeer.Preface[..bytes]);

        await silent.WaitForCloseAsync();
        await Eventually.TrueAsync(() => keeper.Count == 1, () => $"{keeper.Count} connections are open");
        await speaking.TrySendAsync(HostilePeer.Frame(HostilePeer.Ping, flags: 0, stream: 0, new byte[8]));
        await speaking.ReadUntilAsync(HostilePeer.Ping);
        await server.Log.WaitForAsync(": HandshakeTimeout is 00:00:02");
        speaking.Dispose();
    }

    public async Task DisposeAsync()
    {
        _peers.ForEach(peer => peer.Dispose()); // First: a server waits for its connections.
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Dispose();
    }

    // Whoever is silent stays as long as a test wants it; the last of two settings counts.
    private async Task<TestServer> StartAsync(params string[] more) =>
        _server = await TestServer.StartAsync(
            _folder, ["--Limits:HandshakeTimeout", "00:05:00", "--Limits:IdleTimeout", "01:00:00", .. more]);

    private Task WaitForAsync(int count)
    {
        var shares = _server!.App.Services.GetRequiredService<ConnectionLimits>();
        return Eventually.TrueAsync(() => Count(shares) == count, () => $"{Count(shares)} connections are counted, and not {count}");
    }

    private static int Count(ConnectionLimits limits) => limits.Callers.Count + limits.Probes.Count;

    private async Task ConnectAsync(PortKind port, string from, int count, int taken)
    {
        for (var i = 0; i < count; i++)
        {
            if (await HostilePeer.TryConnectAsync(_server!.Port(port), from) is { } peer)
                _peers.Add(peer);
        }

        await WaitForAsync(taken);
    }

    private async Task<bool> IsServedAsync(PortKind port, string from)
    {
        var limits = _server!.App.Services.GetRequiredService<ConnectionLimits>();
        var before = Count(limits);
        var isServed = false;
        using (var peer = await HostilePeer.TryConnectAsync(_server!.Port(port), from))
        {
            try
            {
                if (peer is not null)
                {
                    await peer.TrySendAsync(HostilePeer.Preface);
                    await peer.ReadUntilAsync(HostilePeer.Settings);
                    isServed = true;
                }
            }
            catch (IOException)
            {
                // The end of the stream, or a reset.
            }
        }

        await WaitForAsync(before); // Its place is free again.
        return isServed;
    }

    private sealed class RefusedCount : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly HashSet<string> _tags = [];
        private long _sum;

        public RefusedCount(TestServer server)
        {
            var scope = server.App.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "grpctls.connections.refused" && instrument.Meter.Scope == scope)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, measurement, tags, _) =>
            {
                lock (_tags)
                    _tags.Add(string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")));
                Interlocked.Add(ref _sum, measurement);
            });
            _listener.Start();
        }

        public long Sum => Interlocked.Read(ref _sum);

        public string[] Tags
        {
            get
            {
                lock (_tags)
                    return [.. _tags];
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}

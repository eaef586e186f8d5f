using Greeter.Pki;
using GrpcTls;
using GrpcTls.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Greeter.Tests;

/// <summary>Rotations of everything, one after another, under load: nobody notices.</summary>
[Collection(Alone.Name)]
[Trait(Full.Category, Full.Endurance)]
public sealed class RotationTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int Rotations = Full.Or(80, 1000);
    private static readonly int WarmUp = Full.Or(40, 100);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly RotationLoad _load = new();

    [Fact]
    public async Task Nobody_notices_rotations_of_both_identities_and_both_roots()
    {
        await using var server = await TestServer.StartAsync(_folder, _time, "--Limits:ConnectionGrace", "1.00:00:00", "--Logging:LogLevel:Default", "Warning");
        var source = Source();
        using var following = source.Watch(Interval, _time, NullLogger.Instance);
        using var channel = TlsChannel.ForAddress(server.Mtls, source);
        var client = new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry());
        var pkis = new[] { TestPki.Ec, new TestPki(KeyKind.Ec) };
        _load.Start(client);

        long before = 0;
        for (var rotation = 1; rotation <= Rotations; rotation++)
        {
            using var open = client.SayHelloBidiStream();
            await RotationLoad.SayAsync(open);
            await RotateAsync(old: pkis[(rotation - 1) % 2], next: pkis[rotation % 2]);

            // It was open before: its connection was asked to end, and it may go on.
            await RotationLoad.SayAsync(open);
            await open.RequestStream.CompleteAsync();
            (await open.ResponseStream.MoveNext(default)).Should().BeFalse();
            if (rotation == WarmUp)
                before = GC.GetTotalMemory(forceFullCollection: true);
        }

        await _load.StopAsync();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        output.WriteLine($"{Rotations} rotations: {_load}; managed memory {before / 1024} kB after {WarmUp}, {after / 1024} kB at the end");
        _load.Failed.Should().BeEmpty();
        after.Should().BeLessThan((long)(before * 1.1));
        var keeper = server.App.Services.Tracker();
        await Eventually.TrueAsync(() => keeper.Count <= 1, () => $"{keeper.Count} connections stay open");
    }

    public void Dispose()
    {
        _load.Dispose();
        _folder.Dispose();
    }

    // A roll-over, as docs/rotation.md has it: first both authorities are trusted, then the certificates change, then the
    // old authority goes. Between the steps every caller has come to make calls with the new files: that is the overlap.
    private async Task RotateAsync(TestPki old, TestPki next)
    {
        _folder.Write(_folder.ClientCa, old.ClientCa.RootsPem + next.ClientCa.RootsPem);
        _folder.Write(_folder.ServerCa, old.ServerCa.RootsPem + next.ServerCa.RootsPem);
        await TakeAsync();
        _folder.WriteServer(next.ServerCa.Issue(LeafProfile.Server(), TestPki.Now));
        _folder.WriteClient(next.ClientCa.Issue(LeafProfile.Client(), TestPki.Now));
        await TakeAsync();
        _folder.Write(_folder.ClientCa, next.ClientCa.RootsPem);
        _folder.Write(_folder.ServerCa, next.ServerCa.RootsPem);
        await TakeAsync();
    }

    private async Task TakeAsync()
    {
        _time.Advance(Interval);
        await _load.NextAsync();
    }

    private TlsMaterialSource Source()
    {
        TlsFile Named(string path) => new(path, path, path);
        return new TlsMaterialSource(new TlsFiles
        {
            Side = TlsSide.Client,
            CertificateChain = Named(_folder.ClientCert),
            PrivateKey = Named(_folder.ClientKey),
            TrustedRoots = Named(_folder.ServerCa),
        });
    }
}

using Greeter.Pki;
using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;
using Helloworld;
using Microsoft.Extensions.Logging;

namespace Greeter.Tests;

/// <summary>A long-lived channel follows its files: new calls show the new certificate, calls in flight finish on the old.</summary>
public sealed class ClientFollowsFilesTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    public static TheoryData<string> Ways => Replacing.Ways;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task New_calls_show_the_new_certificate_when_files_are_replaced_by(string way)
    {
        var live = Replacing.Prepare(way, _folder.Root);
        Replacing.Put(way, _folder.Root, 1, Set("one"), () => { });
        await using var server = await TestServer.StartAsync(_folder);
        var source = Source(live);
        using var following = source.Watch(Interval, _time, LoggerFactory.Create(_ => { }).CreateLogger("client"));
        using var channel = TlsChannel.ForAddress(server.Mtls, source);
        (await CallerAsync(channel)).Should().Be("spiffe://greeter.example/one");
        using var chat = new Helloworld.Greeter.GreeterClient(channel).SayHelloBidiStream();
        await ChatAsync(chat);

        Replacing.Put(way, _folder.Root, 2, Set("two"), between: () =>
        {
            _time.Advance(Interval);
            CallerAsync(channel).GetAwaiter().GetResult().Should().Be("spiffe://greeter.example/one", "half a set is not taken");
        });
        _time.Advance(Interval);

        (await CallerAsync(channel)).Should().Be("spiffe://greeter.example/two");
        await ChatAsync(chat);
        (await chat.ResponseHeadersAsync).GetValue("greeter-caller").Should().Be("spiffe://greeter.example/one");
        await chat.RequestStream.CompleteAsync();
        (await chat.ResponseStream.MoveNext(default)).Should().BeFalse();
        await Eventually.TrueAsync(
            () => server.App.Services.Tracker().Count == 1, () => "the old connection stays open after its last call");
        channel.State.Should().Be(ConnectivityState.Ready);
    }

    [Fact]
    public async Task A_bad_set_changes_nothing()
    {
        var live = Replacing.Prepare("copy over", _folder.Root);
        Replacing.Put("copy over", _folder.Root, 1, Set("one"), () => { });
        await using var server = await TestServer.StartAsync(_folder);
        var source = Source(live);
        var log = new LogLines();
        using var following = source.Watch(Interval, _time, log.CreateLogger("client"));
        using var channel = TlsChannel.ForAddress(server.Mtls, source);

        File.WriteAllText(Path.Combine(live, "client_key.pem"), TestPki.Ec.Server.KeyPem);
        _time.Advance(Interval);
        _time.Advance(Interval);

        (await CallerAsync(channel)).Should().Be("spiffe://greeter.example/one");
        log.All.Should().ContainSingle(line => line.Contains("stay in use", StringComparison.Ordinal)).Which.Should().Contain("[key-mismatch]");
    }

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, string> Set(string name)
    {
        var issued = TestPki.Ec.ClientCa.Issue(LeafProfile.Client(name), TestPki.Now);
        return new() { ["client_cert.pem"] = issued.ChainPem, ["client_key.pem"] = issued.KeyPem, ["server_ca.pem"] = TestPki.Ec.ServerCa.RootsPem };
    }

    private static TlsMaterialSource Source(string live)
    {
        TlsFile Named(string name) => new(Path.Combine(live, name), name, name);
        return new TlsMaterialSource(new TlsFiles
        {
            Side = TlsSide.Client,
            CertificateChain = Named("client_cert.pem"),
            PrivateKey = Named("client_key.pem"),
            TrustedRoots = Named("server_ca.pem"),
        });
    }

    private static async Task<string?> CallerAsync(Grpc.Net.Client.GrpcChannel channel)
    {
        using var call = new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = "Ada" });
        (await call).Message.Should().Be("Hello Ada");
        return (await call.ResponseHeadersAsync).GetValue("greeter-caller");
    }

    private static async Task ChatAsync(AsyncDuplexStreamingCall<HelloRequest, HelloReply> chat)
    {
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = "Ada" });
        (await chat.ResponseStream.MoveNext(default)).Should().BeTrue();
    }
}

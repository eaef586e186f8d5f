using System.Collections.Concurrent;
using Greeter.Hosting;
using Greeter.Pki;
using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;
using Helloworld;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Greeter.Tests;

/// <summary>Newer material is used by what comes after it, and older connections go.</summary>
public sealed class ClientRotationTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly FakeTime _time = new(TestPki.Now);

    [Fact]
    public async Task No_handler_is_made_for_older_material_after_newer()
    {
        const int Rotations = 200;
        var sets = Enumerable.Range(0, 4).Select(i => TestPki.Ec.ClientCa.Issue(LeafProfile.Client($"client-{i}"), TestPki.Now)).ToArray();
        var source = TlsSettings.SourceForClient(Settings(), provesItself: true);
        var order = new ConcurrentDictionary<TlsMaterial, int> { [source.Current] = 0 };
        source.Changed += material => order[material] = order.Count;
        using var following = source.Watch(Interval, _time, NullLogger.Instance);
        var made = new ConcurrentQueue<TlsMaterial>();
        using var handler = new RotatingTlsHandler(source, material =>
        {
            // The files change at the worst moment: other calls wait, some of which have seen the older material.
            made.Enqueue(material);
            _folder.WriteClient(sets[made.Count % sets.Length]);
            _time.Advance(Interval);
            return new SocketsHttpHandler { ConnectCallback = (_, _) => throw new IOException("nobody is there") };
        });
        using var invoker = new HttpMessageInvoker(handler);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (made.Count < Rotations)
                await invoker.Invoking(each => each.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://localhost"), default)).Should().ThrowAsync<HttpRequestException>();
        })));

        order.Should().HaveCount(made.Count + 1, "each new handler saw a change");
        made.Select(material => order[material]).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Replies_that_nobody_reads_do_not_keep_the_old_connection()
    {
        await using var server = await TestServer.StartAsync(_folder);
        using var connections = new OpenConnections(server);
        var source = TlsSettings.SourceForClient(Settings(), provesItself: true);
        using var following = source.Watch(Interval, _time, NullLogger.Instance);
        using var channel = TlsChannel.ForAddress(server.Mtls, source);
        var client = new Helloworld.Greeter.GreeterClient(channel);
        var abandoned = client.SayHelloStreamReply(new HelloRequest { Name = "Ada" });
        await abandoned.ResponseHeadersAsync;

        _folder.WriteClient(TestPki.Ec.ClientCa.Issue(LeafProfile.Client("next"), TestPki.Now));
        _time.Advance(Interval);
        await client.SayHelloAsync(new HelloRequest { Name = "Ada" });

        await Eventually.TrueAsync(() => connections is { Ever: 2, Open: 1 }, () => $"{connections.Open} of {connections.Ever} connections are open");
        GC.KeepAlive(abandoned);
    }

    [Fact]
    public async Task The_console_client_calls_with_the_newest_files_while_a_chat_goes_on()
    {
        await using var server = await TestServer.StartAsync(_folder);
        using var host = Client.Program.CreateHost(
            [
                ("Addresses:Mtls", server.Mtls, "--address"), ("Tls:RefreshInterval", "00:00:00.1", "a test"),
                ("Tls:TrustedRoots", _folder.ServerCa, "--server-ca"), ("Tls:CertificateChain", _folder.ClientCert, "--client-cert"),
                ("Tls:PrivateKey", _folder.ClientKey, "--client-key"),
            ],
            where: null, out var settings);
        var target = settings.ReadTarget(serverName: null);
        using var channel = target.Channel(NullLoggerFactory.Instance);
        using var chat = new Helloworld.Greeter.GreeterClient(channel).SayHelloBidiStream();
        (await ChatAsync(chat)).Should().Be("Hello Ada");
        var caller = await CallerAsync(channel);
        (await CallerAsync(target.Channel(NullLoggerFactory.Instance))).Should().Be(caller);

        _folder.WriteClient(TestPki.Ec.ClientCa.Issue(LeafProfile.Client("next"), TestPki.Now));
        await Eventually.TrueAsync(() => target.Source!.Current != target.Material, () => "the files are not read again");

        (await CallerAsync(channel)).Should().Be("spiffe://greeter.example/next").And.NotBe(caller);
        using var another = target.Channel(NullLoggerFactory.Instance); // As a sign-in that renews its token makes.
        (await CallerAsync(another)).Should().Be("spiffe://greeter.example/next");
        (await ChatAsync(chat)).Should().Be("Hello Ada");
        (await chat.ResponseHeadersAsync).GetValue("greeter-caller").Should().Be(caller);
    }

    [Fact]
    public async Task A_chat_reads_its_files_again_in_the_interval_of_the_settings()
    {
        await using var server = await TestServer.StartAsync(_folder);
        await using var client = ChildProcess.Start(
            Programs.Dotnet, [Programs.Client, "--credentials", "mtls", "--address", server.Mtls, "--chat", .. ClientProcess.Files(_folder)],
            folder: null, ("Tls__RefreshInterval", "00:00:00.2"), ("Logging__LogLevel__GrpcTls", "Information"));
        await client.Input.WriteLineAsync("Ada");
        await client.Output.WaitForAsync("Hello Ada");

        _folder.WriteClient(TestPki.Ec.ClientCa.Issue(LeafProfile.Client("next"), TestPki.Now));

        await client.Error.WaitForAsync("the files have changed, new connections use them");
        await client.Input.WriteLineAsync("Bob");
        await client.Output.WaitForAsync("Hello Bob");
        client.Input.Close();
        (await client.WaitForEndAsync()).ExitCode.Should().Be(0);
    }

    public void Dispose() => _folder.Dispose();

    private SettingsReader Settings(params (string Key, string Value)[] more) => new(
        new ConfigurationBuilder().AddInMemoryCollection(
            [
                new("Tls:TrustedRoots", "server_ca.pem"), new("Tls:CertificateChain", "client_cert.pem"), new("Tls:PrivateKey", "client_key.pem"),
                .. more.Select(each => KeyValuePair.Create<string, string?>(each.Key, each.Value)),
            ]).Build(),
        _folder.Root);

    private static async Task<string?> CallerAsync(Grpc.Net.Client.GrpcChannel channel)
    {
        using var call = new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = "Ada" });
        await call;
        return (await call.ResponseHeadersAsync).GetValue("greeter-caller");
    }

    private static async Task<string> ChatAsync(AsyncDuplexStreamingCall<HelloRequest, HelloReply> chat)
    {
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = "Ada" });
        (await chat.ResponseStream.MoveNext(default)).Should().BeTrue();
        return chat.ResponseStream.Current.Message;
    }
}

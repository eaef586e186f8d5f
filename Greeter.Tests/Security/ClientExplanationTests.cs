using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Core.Interceptors;
using GrpcTls;
using GrpcTls.Client;
using Helloworld;

namespace Greeter.Tests;

/// <summary>The explanation of a failed call: in time or not at all, never in place of the failure, and only where the connection is the cause.</summary>
public sealed class ClientExplanationTests : IDisposable
{
    private static readonly Exception Failure = new HttpRequestException(
        HttpRequestError.ConnectionError, "gone", new SocketException((int)SocketError.ConnectionReset));

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly FakeTime _time = new(TestPki.Now);
    private int _connections;
    private int _ended;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_not_known_by_the_deadline_is_not_told(bool isReached)
    {
        await using var peer = new RawPeer((_, stop) =>
        {
            Interlocked.Increment(ref _connections);
            return isReached ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask;
        });
        var explaining = Explainer(peer.Port).ExplainAsync(Failure, Material, TimeSpan.FromSeconds(1), default);
        await Eventually.TrueAsync(() => _connections > 0, () => "the probe has not begun");
        if (isReached)
            _time.Advance(TimeSpan.FromSeconds(1));
        var explained = await explaining;

        if (isReached)
            explained.Should().BeNull();
        else
            explained![0].Id.Should().Be("closed-in-handshake");
    }

    [Fact]
    public async Task A_call_whose_deadline_is_over_is_told_as_it_is() =>
        (await Explainer(1).ExplainAsync(Failure, Material, TimeSpan.Zero, default)).Should().BeNull();

    [Theory]
    [InlineData("cancelled")]
    [InlineData("disposed")]
    [InlineData("deadline")]
    public async Task A_call_that_nobody_waits_for_any_more_ends_before_the_probe(string how)
    {
        await using var peer = ClosesOnce();
        using var channel = Channel(peer.Port);
        using var stop = new CancellationTokenSource();
        var call = new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(
            new HelloRequest(), deadline: how == "deadline" ? DateTime.UtcNow.AddSeconds(2) : null, cancellationToken: stop.Token);
        await Eventually.TrueAsync(() => _connections == 2, () => "the probe has not begun");

        if (how == "cancelled")
            await stop.CancelAsync();
        else if (how == "disposed")
            call.Dispose();
        var failure = (await call.ResponseAsync.Awaiting(response => response).Should().ThrowAsync<RpcException>()).Which;

        failure.StatusCode.Should().Be(StatusCode.Unavailable, "it had failed before");
        _ended.Should().Be(0, "the probe waits 5 s for an answer; the call does not");
    }

    [Fact]
    public async Task A_probe_that_throws_does_not_replace_the_failure()
    {
        TlsMaterial? Broken() => throw new InvalidOperationException("broken");

        (await Explainer(1).ExplainAsync(Failure, Broken, TimeSpan.FromMinutes(1), default)).Should().BeNull();
    }

    public static TheoryData<Exception> Thrown => [new IOException("no"), new HttpRequestException(HttpRequestError.ConnectionError, "no"), new InvalidOperationException("no"), new SocketException(1)];

    [Theory]
    [MemberData(nameof(Thrown))]
    public async Task Credentials_that_fail_are_told_as_that(Exception thrown)
    {
        await using var server = await TestServer.StartAsync(_folder);
        var failing = CallCredentials.FromInterceptor((_, _) => throw thrown);
        var roots = new SslCredentials(TestPki.Ec.ServerCa.RootsPem);
        using var composed = TlsChannel.ForAddress(server.Tls, ChannelCredentials.Create(roots, failing));
        using var plain = TlsChannel.ForAddress(server.Tls, roots);

        foreach (var (channel, options) in new[]
        {
            (composed.CreateCallInvoker(), new CallOptions()), (plain.WithTransparentRetry(), new CallOptions(credentials: failing)),
        })
        {
            var call = async () => await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest(), options);

            var failure = (await call.Should().ThrowAsync<RpcException>()).Which;

            failure.StatusCode.Should().Be(StatusCode.Unavailable);
            var problem = failure.Status.DebugException.Problems().Should().ContainSingle().Which;
            problem.Id.Should().Be("token-unavailable");
            problem.Cause.Should().Contain("helloworld.Greeter/SayHello").And.Contain($"localhost:{server.Port(PortKind.Tls)}").And.Contain(thrown.Message);
        }
    }

    [Theory]
    [InlineData(true, MethodType.Unary)]
    [InlineData(false, MethodType.Unary)]
    [InlineData(false, MethodType.ServerStreaming)]
    public async Task What_serializers_throw_is_not_told_as_a_connection(bool isSerializer, MethodType kind)
    {
        await using var server = await TestServer.StartAsync(_folder);
        using var channel = TlsChannel.ForAddress(server.Tls, new SslCredentials(TestPki.Ec.ServerCa.RootsPem));
        var good = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        var bad = Marshallers.Create<byte[]>(_ => throw new IOException("not readable"), _ => throw new IOException("not readable"));
        var method = new Method<byte[], byte[]>(
            kind, "helloworld.Greeter", kind == MethodType.Unary ? "SayHello" : "SayHelloStreamReply", isSerializer ? bad : good, isSerializer ? good : bad);

        var call = async () =>
        {
            if (kind == MethodType.Unary)
                await channel.CreateCallInvoker().AsyncUnaryCall(method, host: null, default, []);
            else
                await channel.CreateCallInvoker().AsyncServerStreamingCall(method, host: null, default, []).ResponseStream.MoveNext(default);
        };

        (await call.Should().ThrowAsync<RpcException>()).Which.Status.DebugException.IsExplained().Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_stream_that_is_reset_is_not_told_as_a_connection(bool isStream)
    {
        await using var peer = new RawPeer(async (client, stop) =>
        {
            Interlocked.Increment(ref _connections);
            var http = new Http2Peer(client, stop);
            await http.ServeAsync(async frame =>
            {
                if (frame.Type != HostilePeer.HeadersFrame)
                    return;
                await client.WriteAsync(isStream ? HostilePeer.Frame(HostilePeer.ResetStream, 0, frame.Stream, [0, 0, 0, 2]) : [], stop);
                if (!isStream)
                    RawPeer.Reset(client);
            });
        });

        var run = await TestClient.RunAsync(_folder, "--credentials", "insecure", "--address", $"http://localhost:{peer.Port}");

        run.ShouldFail(isStream ? "call-failed" : "connection-lost", isStream ? "reset the stream" : "a new connection works");
        if (isStream)
            _connections.Should().Be(1, "the connection is good");
    }

    [Fact]
    public async Task A_call_that_fails_leaves_no_unobserved_exception()
    {
        var port = FailureConnectionTests.FreePort();
        var unobserved = new ConcurrentQueue<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> observe = (_, e) => unobserved.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += observe;
        try
        {
            using var channel = Channel(port);
            for (var i = 0; i < 20; i++)
                await FailAsync(new Helloworld.Greeter.GreeterClient(i % 2 == 0 ? channel.CreateCallInvoker() : channel.WithTransparentRetry()));
            for (var i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= observe;
        }

        // Other tests run in this process too.
        unobserved.Should().NotContain(e => e.ToString().Contains($":{port}", StringComparison.Ordinal) || e.ToString().Contains($"port {port}", StringComparison.Ordinal));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task FailAsync(Helloworld.Greeter.GreeterClient client)
        {
            await FluentActions.Awaiting(async () => await client.SayHelloAsync(new HelloRequest())).Should().ThrowAsync<RpcException>();
            using var stream = client.SayHelloStreamReply(new HelloRequest());
            await FluentActions.Awaiting(() => stream.ResponseStream.MoveNext(default)).Should().ThrowAsync<RpcException>();
            using var chat = client.SayHelloBidiStream();
            await FluentActions.Awaiting(() => chat.ResponseStream.MoveNext(default)).Should().ThrowAsync<RpcException>();
            _ = client.SayHelloAsync(new HelloRequest()); // Nobody ever asks how it ended.
        }
    }

    [Fact]
    public async Task A_blocking_call_is_explained_too()
    {
        await using var server = await TestServer.StartAsync(_folder);
        using var channel = TlsChannel.ForAddress(server.Tls, new SslCredentials(TestPki.Rsa.ServerCa.RootsPem));

        var call = () => new Helloworld.Greeter.GreeterClient(channel).SayHello(new HelloRequest());

        call.Should().Throw<RpcException>().Which.Status.DebugException.Problems()[0].Id.Should().Be("server-authority-rekeyed");
    }

    [Fact]
    public async Task A_blocking_call_that_never_left_is_made_again_too()
    {
        await using var server = await TestServer.StartAsync(_folder);
        await using var peer = new RawPeer(async (client, stop) =>
        {
            if (Interlocked.Increment(ref _connections) > 2)
            {
                await RawPeer.ForwardAsync(client, server.Port(PortKind.Tls), stop);
                return;
            }

            await client.ReadExactlyAsync(new byte[1], stop);
            RawPeer.Reset(client);
        });
        using var channel = Channel(peer.Port);

        new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry()).SayHello(new HelloRequest { Name = "Ada" }).Message.Should().Be("Hello Ada");

        _connections.Should().Be(3);
    }

    [Theory]
    [InlineData(5, 1)] // The first pause is 10 ms.
    [InlineData(600_000, 2)]
    public async Task A_call_is_not_made_again_after_its_deadline(int milliseconds, int expected)
    {
        var tries = 0;
        var method = new Method<byte[], byte[]>(
            MethodType.Unary, "service", "method", Marshallers.Create<byte[]>(_ => [], _ => []), Marshallers.Create<byte[]>(_ => [], _ => []));
        var context = new ClientInterceptorContext<byte[], byte[]>(method, host: null, new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(milliseconds)));
        var refused = new RpcException(new Status(StatusCode.Unavailable, "refused", new SocketException((int)SocketError.ConnectionRefused)));

        var call = new TransparentRetryInterceptor().AsyncUnaryCall([], context, (_, _) => new AsyncUnaryCall<byte[]>(
            ++tries == 1 ? Task.FromException<byte[]>(refused) : Task.FromResult<byte[]>([]), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { }));

        if (expected == 1)
            (await call.ResponseAsync.Awaiting(response => response).Should().ThrowAsync<RpcException>()).Which.Should().BeSameAs(refused);
        else
            await call;
        tries.Should().Be(expected);
    }

    public void Dispose() => _folder.Dispose();

    private FailureDiagnosis Explainer(int port) => new("localhost", port, serverName: null, _time);

    private static TlsMaterial Material() => TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem);

    private static Grpc.Net.Client.GrpcChannel Channel(int port) => TlsChannel.ForAddress($"https://localhost:{port}", new SslCredentials(TestPki.Ec.ServerCa.RootsPem));

    // The call's own connection is closed in its handshake; whoever comes after it waits.
    private RawPeer ClosesOnce() => new(async (client, stop) =>
    {
        await client.ReadExactlyAsync(new byte[16], stop);
        if (Interlocked.Increment(ref _connections) == 1)
            return;
        try
        {
            while (await client.ReadAsync(new byte[1024], stop) > 0)
            {
                // Whatever it says.
            }
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    });
}

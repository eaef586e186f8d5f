using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Helloworld;

namespace Greeter.Tests;

/// <summary>Whatever a stranger repeats, the log has a line of each kind and window, and their number.</summary>
public sealed class LogBoundTests : IAsyncLifetime
{
    // A few windows of a few kinds, one of them with a stack trace; without a bound each attack here makes several times as much.
    private const int Most = 16_000;

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    // 115 groups of field 1, each begun inside the one before: more than the parser's limit of 100.
    private static readonly byte[] Nested = [.. Enumerable.Repeat((byte)0x0B, 115)];

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private TestServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await TestServer.StartAsync(_folder, TestSignIn.Settings(_folder, "alice"));

    [Theory]
    [InlineData(MethodType.Unary, "SayHello")]
    [InlineData(MethodType.ServerStreaming, "SayHelloStreamReply")]
    [InlineData(MethodType.DuplexStreaming, "SayHelloBidiStream")]
    public async Task A_message_that_cannot_be_parsed_is_the_callers_mistake(MethodType type, string name)
    {
        using var channel = Proof.None.Channel(_server, PortKind.Tls);
        var invoker = channel.CreateCallInvoker();
        var method = new Method<byte[], byte[]>(type, "helloworld.Greeter", name, Bytes, Bytes);

        (await SendAsync(new HelloRequest { Name = "Ada" }.ToByteArray())).Should().Be(StatusCode.OK);
        for (var i = 0; i < 100; i++)
            (await SendAsync(Nested)).Should().Be(StatusCode.InvalidArgument);
        (await SendAsync([0x0A, 0x7F])).Should().Be(StatusCode.InvalidArgument, "a name that ends early");

        ShouldBeBounded();

        async Task<StatusCode> SendAsync(byte[] message)
        {
            try
            {
                if (type == MethodType.Unary)
                    await invoker.AsyncUnaryCall(method, host: null, default, message);
                else if (type == MethodType.ServerStreaming)
                    await invoker.AsyncServerStreamingCall(method, host: null, default, message).ResponseStream.ReadAllAsync().CountAsync();
                else
                {
                    using var call = invoker.AsyncDuplexStreamingCall(method, host: null, default);
                    await call.RequestStream.WriteAsync(message);
                    await call.RequestStream.CompleteAsync();
                    await call.ResponseStream.ReadAllAsync().CountAsync();
                }

                return StatusCode.OK;
            }
            catch (RpcException e)
            {
                return e.StatusCode;
            }
        }
    }

    [Theory]
    [InlineData("Tls")]
    [InlineData("Mtls")]
    public async Task An_alert_as_the_first_bytes(string port)
    {
        using var refusals = new RefusalCount(_server);
        byte[] alert = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]; // RFC 8446, section 6: fatal, handshake_failure.
        await RepeatAsync(200, async () =>
        {
            using var peer = await HostilePeer.ConnectAsync(_server.Port(Enum.Parse<PortKind>(port)));
            await peer.TrySendAsync(alert);
            await peer.WaitForCloseAsync();
        });

        await refusals.WaitForAsync(200);
        refusals.Counts.Keys.Should().Equal($"handshake-failed {port.ToLowerInvariant()}");
        ShouldBeBounded();
    }

    [Fact]
    public async Task Streams_that_are_reset_as_soon_as_they_begin()
    {
        await RepeatAsync(50, async () =>
        {
            using var peer = await HostilePeer.ConnectAsync(_server.Port(PortKind.Insecure));
            await peer.TrySendAsync(HostilePeer.Preface);
            var closed = peer.WaitForCloseAsync();
            var headers = HostilePeer.Headers();
            foreach (var streams in Enumerable.Range(0, 10_000).Select(i => (2 * i) + 1).Chunk(500).TakeWhile(_ => !closed.IsCompleted))
            {
                await peer.TrySendAsync([.. streams.SelectMany(stream => (byte[])
                [
                    .. HostilePeer.Frame(HostilePeer.HeadersFrame, HostilePeer.EndHeaders, stream, headers),
                    .. HostilePeer.Frame(HostilePeer.ResetStream, flags: 0, stream, [0, 0, 0, 8]),
                ])]);
            }

            await closed;
        });

        ShouldBeBounded();
    }

    [Fact]
    public async Task Sign_ins_over_the_limit()
    {
        using var channel = Proof.None.Channel(_server, PortKind.Tls);
        var client = new Auth.V1.SignIn.SignInClient(channel);
        var seen = new HashSet<StatusCode>();
        for (var i = 0; i < 600; i++)
        {
            var call = () => client.SignInAsync(new Auth.V1.SignInRequest { User = "alice", Password = "wrong" }).ResponseAsync;
            seen.Add((await call.Should().ThrowAsync<RpcException>()).Which.StatusCode);
        }

        seen.Should().Contain(StatusCode.ResourceExhausted);
        ShouldBeBounded();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static Task RepeatAsync(int times, Func<Task> attack) =>
        Parallel.ForEachAsync(Enumerable.Range(0, times), async (_, _) => await attack());

    private string[] Told() => [.. _server.Log.All.Where(line => !line.StartsWith("Information", StringComparison.Ordinal))];

    private void ShouldBeBounded()
    {
        var lines = Told();
        lines.Should().NotBeEmpty("the attack is told");
        lines.Sum(Encoding.UTF8.GetByteCount).Should().BeLessThan(Most, "the log is\n{0}", string.Join('\n', lines.Take(20)));
    }
}

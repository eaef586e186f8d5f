using System.Net.Security;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Core.Interceptors;
using GrpcTls;
using GrpcTls.Client;
using Helloworld;

namespace Greeter.Tests;

/// <summary>Which failed calls are made again: those of which nothing can have left.</summary>
public sealed class UnsentCallRetryTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private int _connections;

    [Fact]
    public async Task A_call_whose_connection_is_reset_before_the_handshake_is_over_is_made_again()
    {
        await using var server = await TestServer.StartAsync(_folder);
        await using var peer = new RawPeer((client, stop) => Interlocked.Increment(ref _connections) <= 2 ? ResetAsync(client, stop) : RawPeer.ForwardAsync(client, server.Port(PortKind.Tls), stop));
        using var channel = Channel(peer.Port);
        var client = Client(channel);

        var reply = await client.SayHelloAsync(new HelloRequest { Name = "Ada" });

        reply.Message.Should().Be("Hello Ada");
        _connections.Should().Be(3);
    }

    [Fact]
    public async Task A_call_whose_connection_is_reset_after_the_handshake_is_not_made_again()
    {
        await using var peer = new RawPeer(async (client, stop) =>
        {
            await using var tls = new SslStream(client, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(TlsHandshake.Server(TlsMaterial.FromPem(rootsPem: null, TestPki.Ec.Server.ChainPem, TestPki.Ec.Server.KeyPem)), stop);
            Interlocked.Increment(ref _connections);
            await ResetAsync(client, stop);
        });
        using var channel = Channel(peer.Port);
        var client = Client(channel);

        var call = async () => await client.SayHelloAsync(new HelloRequest { Name = "Ada" });

        await call.Should().ThrowAsync<RpcException>();
        _connections.Should().Be(1, "the server may have taken the call");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_is_given_up_is_not_made_again(bool isGivenUp)
    {
        var tries = new List<TaskCompletionSource<HelloReply>>();
        var method = new Method<HelloRequest, HelloReply>(MethodType.Unary, "service", "method", Marshallers.Create<HelloRequest>(_ => [], _ => new()), Marshallers.Create<HelloReply>(_ => [], _ => new()));
        var call = new TransparentRetryInterceptor().AsyncUnaryCall(new HelloRequest(), new ClientInterceptorContext<HelloRequest, HelloReply>(method, host: null, default), (_, _) =>
        {
            tries.Add(new TaskCompletionSource<HelloReply>());
            if (tries.Count > 1)
                tries[^1].SetResult(new HelloReply());
            return new AsyncUnaryCall<HelloReply>(tries[^1].Task, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
        });

        if (isGivenUp)
            call.Dispose();
        tries[0].SetException(new RpcException(new Status(StatusCode.Unavailable, "refused", new SocketException((int)SocketError.ConnectionRefused))));

        if (isGivenUp)
            await call.Invoking(async given => await given).Should().ThrowAsync<RpcException>();
        else
            await call;
        tries.Should().HaveCount(isGivenUp ? 1 : 2);
    }

    public void Dispose() => _folder.Dispose();

    // Without the explanation of a failure, which connects too.
    private static Helloworld.Greeter.GreeterClient Client(Grpc.Net.Client.GrpcChannel channel) => new(channel.WithTransparentRetry());

    private static Grpc.Net.Client.GrpcChannel Channel(int port) => TlsChannel.ForAddress($"https://localhost:{port}", new SslCredentials(TestPki.Ec.ServerCa.RootsPem), probeOnFailure: false);

    // Once something has come: before that, the channel has not given the connection to a call.
    private static async Task ResetAsync(NetworkStream client, CancellationToken stop)
    {
        await client.ReadExactlyAsync(new byte[1], stop);
        RawPeer.Reset(client);
    }
}

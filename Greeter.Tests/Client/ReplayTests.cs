using System.Net.Sockets;
using Grpc.Core;
using GrpcTls.Client;
using Helloworld;

namespace Greeter.Tests;

/// <summary>Calls with a stream of requests whose connection ends before the server has taken them.</summary>
public sealed class ReplayTests(Xunit.Abstractions.ITestOutputHelper output) : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private int _connections;

    [Fact]
    public async Task A_call_that_the_server_has_not_taken_begins_anew_with_all_that_was_written()
    {
        await using var server = await TestServer.StartAsync(_folder);
        await using var peer = new RawPeer((client, stop) =>
            Interlocked.Increment(ref _connections) == 1 ? EndAfterAsync(bytes: 20, client, stop) : RawPeer.ForwardAsync(client, server.Port(PortKind.Insecure), stop));
        using var channel = TlsChannel.ForAddress($"http://localhost:{peer.Port}", ChannelCredentials.Insecure);

        using var chat = new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry()).SayHelloBidiStream(deadline: DateTime.UtcNow.AddSeconds(60)); // Without the replay it would wait for ever.
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = "Ada" });
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = "Grace" });
        (await ReadAsync(chat)).Should().Be("Hello Ada");
        (await ReadAsync(chat)).Should().Be("Hello Grace");
        await chat.RequestStream.WriteAsync(new HelloRequest { Name = "Barbara" });
        (await ReadAsync(chat)).Should().Be("Hello Barbara");
        await chat.RequestStream.CompleteAsync();

        (await chat.ResponseStream.MoveNext(default)).Should().BeFalse();
        _connections.Should().Be(2);
    }

    [Fact]
    public async Task A_call_of_which_too_much_was_written_fails_and_says_so()
    {
        await using var peer = new RawPeer((client, stop) => EndAfterAsync(bytes: 60_000, client, stop));
        using var channel = TlsChannel.ForAddress($"http://localhost:{peer.Port}", ChannelCredentials.Insecure);

        using var chat = new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry()).SayHelloBidiStream();
        var writing = chat.RequestStream.WriteAsync(new HelloRequest { Name = new string('a', 100_000) });

        var failed = await chat.Invoking(ReadAsync).Should().ThrowAsync<RpcException>();
        failed.Which.StatusCode.Should().Be(StatusCode.Unavailable);
        failed.Which.Status.Detail.Should().Contain("the connection ended before the server took the call, and more than 65536 bytes of it had been sent");
        await FluentActions.Awaiting(() => writing).Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task A_write_waits_for_its_replay_although_the_server_has_answered_meanwhile()
    {
        const int Window = 65_535; // RFC 9113, section 6.9.2: one byte less than is kept at the most.
        var (taken, received) = (new TaskCompletionSource<Http2Peer>(), 0);
        await using var raw = new RawPeer((client, stop) =>
        {
            if (Interlocked.Increment(ref _connections) == 1)
                return EndAfterAsync(Window, client, stop);
            var peer = new Http2Peer(client, stop);
            return peer.ServeAsync(async frame =>
            {
                if (frame.Type == HostilePeer.HeadersFrame)
                {
                    await peer.AnswerAsync(frame.Stream);
                    taken.SetResult(peer);
                }

                if (frame.Type == HostilePeer.Data)
                    received += frame.Payload.Length;
            });
        });
        using var channel = TlsChannel.ForAddress($"http://localhost:{raw.Port}", ChannelCredentials.Insecure);
        using var chat = new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry()).SayHelloBidiStream(deadline: DateTime.UtcNow.AddSeconds(60));

        var writing = chat.RequestStream.WriteAsync(new HelloRequest { Name = new string('a', Window + 1 - 9) }); // 5 of gRPC's prefix, 4 of protobuf's.
        await chat.ResponseHeadersAsync;
        writing.IsCompleted.Should().BeFalse("one byte more than the window");
        await (await taken.Task).WidenAsync(stream: 1);

        await writing;
        await Eventually.TrueAsync(() => received > Window, () => $"{received} bytes came");
    }

    [Fact]
    public async Task A_stream_that_is_completed_is_ended_also_when_the_call_is_disposed_right_after()
    {
        const int Calls = 200;
        var (ended, reset) = (0, 0);
        await using var raw = new RawPeer((client, stop) =>
        {
            var peer = new Http2Peer(client, stop);
            return peer.ServeAsync(async frame =>
            {
                if (frame.Type == HostilePeer.HeadersFrame)
                    await peer.AnswerAsync(frame.Stream);
                ended += frame is { Type: HostilePeer.Data, Flags: Http2Peer.EndStream } ? 1 : 0;
                reset += frame.Type == HostilePeer.ResetStream ? 1 : 0;
            });
        });
        using var channel = TlsChannel.ForAddress($"http://localhost:{raw.Port}", ChannelCredentials.Insecure);
        var client = new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry()); // The answer's shortest way.

        for (var call = 1; call <= Calls; call++)
        {
            using (var chat = client.SayHelloBidiStream())
            {
                await chat.RequestStream.WriteAsync(new HelloRequest());
                await chat.ResponseHeadersAsync;
                await chat.RequestStream.CompleteAsync();
            }

            await Eventually.TrueAsync(() => reset == call, () => $"{reset} of {call} calls were cancelled");
        }

        ended.Should().Be(Calls);
    }

    // In full: as many ends as it takes to meet what happens once in a thousand.
    [Fact]
    [Trait(Full.Category, Full.Endurance)]
    public async Task No_call_fails_when_connections_end_one_after_another()
    {
        var all = Full.Or(50, 1500);
        var time = new FakeTime(TestPki.Now);
        await using var server = await TestServer.StartAsync(
            _folder, time, "--Limits:MaxConnectionAge", "00:00:20", "--Limits:ConnectionGrace", "1.00:00:00",
            "--Logging:LogLevel:Default", "Warning", "--Logging:LogLevel:GrpcTls.AspNetCore.ConnectionTracker", "Information");
        using var channel = new Proof(TestPki.Ec.Client, null).Channel(server, PortKind.Mtls);
        using var load = new RotationLoad();
        load.Start(new Helloworld.Greeter.GreeterClient(channel.WithTransparentRetry()), callers: 3);

        for (var ends = 1; ends <= all; ends++)
        {
            await load.NextAsync();
            time.AdvanceUntil(() => server.Log.All.Count(line => line.Contains("ending the connection", StringComparison.Ordinal)) >= ends);
        }

        await load.NextAsync();
        await load.StopAsync();
        output.WriteLine($"{all} ends: {load}");
        load.Failed.Should().BeEmpty();
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> ReadAsync(AsyncDuplexStreamingCall<HelloRequest, HelloReply> chat)
    {
        (await chat.ResponseStream.MoveNext(default)).Should().BeTrue();
        return chat.ResponseStream.Current.Message;
    }

    // Takes nothing: ends the connection once that many bytes of requests have come.
    private static Task EndAfterAsync(int bytes, NetworkStream client, CancellationToken stop)
    {
        var peer = new Http2Peer(client, stop);
        return peer.ServeAsync(async frame =>
        {
            if (frame.Type == HostilePeer.Data && bytes > 0 && (bytes -= frame.Payload.Length) <= 0)
                await peer.GoAwayAsync();
        });
    }
}

namespace Greeter.Tests;

/// <summary>Peers that speak HTTP/2 and break its limits: each is closed for that reason, and the others are served afterwards.</summary>
public sealed class HostileFrameTests : IAsyncLifetime
{
    private AttackedServer _server = null!;

    public async Task InitializeAsync() => _server = await AttackedServer.StartAsync();

    [Fact]
    public async Task A_frame_that_is_larger_than_agreed_is_closed()
    {
        using var peer = await GreetedAsync();
        await peer.TrySendAsync(HostilePeer.Frame(HostilePeer.HeadersFrame, HostilePeer.EndHeaders, stream: 1, HostilePeer.Headers()));
        await peer.TrySendAsync(HostilePeer.Frame(HostilePeer.Data, flags: 0, stream: 1, [], claimedLength: 0xFFFFFF));

        await _server.CloseAllAsync("max_frame_length_exceeded", peer);
    }

    [Theory]
    [InlineData(1, 12_000, "error_reading_headers")]
    [InlineData(300, 100, "max_request_headers_total_size_exceeded")]
    public async Task Headers_that_are_larger_than_allowed_are_closed(int count, int length, string reason)
    {
        const int First = 10_000;
        const int Rest = 16_000;
        using var peer = await GreetedAsync();
        var headers = HostilePeer.Headers(Enumerable.Range(0, count).Select(i => ($"x-{i}", new string('a', length))));
        var frames = headers[First..].Chunk(Rest)
            .Select((part, i) => HostilePeer.Frame(HostilePeer.Continuation, (i + 1) * Rest >= headers.Length - First ? HostilePeer.EndHeaders : (byte)0, stream: 1, part))
            .Prepend(HostilePeer.Frame(HostilePeer.HeadersFrame, flags: 0, stream: 1, headers[..First]));
        await peer.TrySendAsync([.. frames.SelectMany(frame => frame)]);

        await _server.CloseAllAsync(reason, peer);
    }

    [Fact]
    public async Task Rapid_resets_are_closed()
    {
        using var peer = await GreetedAsync();
        var closed = peer.WaitForCloseAsync();
        for (var stream = 1; stream < 200_000 && !closed.IsCompleted; stream += 2)
        {
            await peer.TrySendAsync(
                [.. HostilePeer.Frame(HostilePeer.HeadersFrame, HostilePeer.EndHeaders, stream, HostilePeer.Headers()), .. HostilePeer.Frame(HostilePeer.ResetStream, flags: 0, stream, [0, 0, 0, 8])]);
        }

        await closed;
        await _server.CloseAllAsync("stream_reset_limit_exceeded|output_queue_size_exceeded", peer);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private async Task<HostilePeer> GreetedAsync()
    {
        var peer = (await _server.ConnectAsync("Insecure", 1))[0];
        await peer.TrySendAsync(HostilePeer.Preface);
        return peer;
    }
}

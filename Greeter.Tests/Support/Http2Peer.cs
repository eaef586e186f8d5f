using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Greeter.Tests;

/// <summary>The server's side of HTTP/2 without TLS, of which the test decides every frame.</summary>
internal sealed class Http2Peer(NetworkStream client, CancellationToken stop)
{
    public const byte EndStream = 1;

    // RFC 7541: ":status: 200" is entry 8 of the static table; the content type is a literal.
    private static readonly byte[] ResponseHeaders =
        [0x88, 0, 12, .. Encoding.ASCII.GetBytes("content-type"), 16, .. Encoding.ASCII.GetBytes("application/grpc")];

    private const byte WindowUpdate = 8;

    private static readonly byte[] Wide = [0, 1, 0, 0]; // 64 KiB more.

    public record struct Frame(byte Type, byte Flags, int Stream, byte[] Payload);

    /// <exception cref="EndOfStreamException">The other side has closed.</exception>
    public static async Task<Frame> ReadAsync(Stream stream, CancellationToken stop)
    {
        var header = new byte[9];
        await stream.ReadExactlyAsync(header, stop);
        var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
        await stream.ReadExactlyAsync(payload, stop);
        return new Frame(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
    }

    /// <summary>Greets and hands over each frame that is not about the connection.</summary>
    public async Task ServeAsync(Func<Frame, Task> take)
    {
        await SendAsync(HostilePeer.Settings, 0, 0, []);
        await client.ReadExactlyAsync(new byte[24], stop);
        while (true)
        {
            var frame = await ReadAsync(client, stop);
            if (frame is { Type: HostilePeer.Settings or HostilePeer.Ping, Flags: 0 })
                await SendAsync(frame.Type, 1, 0, frame.Type == HostilePeer.Ping ? frame.Payload : []); // Acknowledged.
            else
                await take(frame);
        }
    }

    public Task AnswerAsync(int stream) => SendAsync(HostilePeer.HeadersFrame, HostilePeer.EndHeaders, stream, ResponseHeaders);

    /// <summary>Lets the client send on.</summary>
    public async Task WidenAsync(int stream)
    {
        await SendAsync(WindowUpdate, 0, 0, Wide);
        await SendAsync(WindowUpdate, 0, stream, Wide);
    }

    /// <summary>Ends the connection; nothing of it has been taken (RFC 9113, section 6.8).</summary>
    public Task GoAwayAsync() => SendAsync(HostilePeer.GoAway, 0, 0, new byte[8]);

    private Task SendAsync(byte type, byte flags, int stream, byte[] payload) =>
        client.WriteAsync(HostilePeer.Frame(type, flags, stream, payload), stop).AsTask();
}

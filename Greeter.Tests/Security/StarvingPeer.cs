using System.Buffers.Binary;
using System.Text;

namespace Greeter.Tests;

/// <summary>A client that lets nothing be sent to it: its calls' replies wait at the server until it opens a window.</summary>
internal sealed class StarvingPeer : IDisposable
{
    public const string Unary = "SayHello", StreamReply = "SayHelloStreamReply", Bidi = "SayHelloBidiStream";

    private const byte WindowUpdate = 8, EndStream = 1;
    private const int FrameSize = 16 * 1024; // RFC 9113, section 4.2: what everybody takes.

    private readonly HostilePeer _peer;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Task _reading;
    private long _window = 65_535; // RFC 9113, section 6.9.2.
    private int _stream = -1;
    private int _reset;
    private int _received;

    private StarvingPeer(HostilePeer peer) => (_peer, _reading) = (peer, ReadAsync(peer));

    /// <summary>How many of its calls the server has ended by a reset.</summary>
    public int Reset => Volatile.Read(ref _reset);

    /// <summary>How many bytes of replies have come.</summary>
    public int Received => Volatile.Read(ref _received);

    public static async Task<StarvingPeer> ConnectAsync(int port)
    {
        var peer = await HostilePeer.ConnectAsync(port);
        await peer.TrySendAsync([.. HostilePeer.Preface, .. HostilePeer.Frame(HostilePeer.Settings, flags: 0, stream: 0, [0, 4, 0, 0, 0, 0])]);
        return new StarvingPeer(peer);
    }

    /// <summary>Begins a call with a name of that many letters; of which only so many are sent, where it says so.</summary>
    public async Task CallAsync(string method, int letters, int? sent = null)
    {
        // Field 1 of HelloRequest, with a length of three bytes; before it gRPC's five bytes.
        byte[] name = [0x0A, (byte)(0x80 | (letters & 0x7F)), (byte)(0x80 | ((letters >> 7) & 0x7F)), (byte)(letters >> 14), .. Encoding.ASCII.GetBytes(new string('a', letters))];
        byte[] message = [0, 0, (byte)(name.Length >> 16), (byte)(name.Length >> 8), (byte)name.Length, .. name];
        var parts = message[..(sent ?? message.Length)].Chunk(FrameSize).ToArray();
        await _sending.WaitAsync();
        try
        {
            var stream = _stream += 2;
            await _peer.TrySendAsync(HostilePeer.Frame(HostilePeer.HeadersFrame, HostilePeer.EndHeaders, stream, Headers(method)));
            for (var i = 0; i < parts.Length; i++)
            {
                await Eventually.TrueAsync(() => Interlocked.Read(ref _window) >= parts[i].Length || _reading.IsCompleted, () => "the server takes no more");
                Interlocked.Add(ref _window, -parts[i].Length);
                await _peer.TrySendAsync(HostilePeer.Frame(HostilePeer.Data, sent is null && i == parts.Length - 1 ? EndStream : (byte)0, stream, parts[i]));
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Lets everything be sent after all.</summary>
    public async Task OpenAsync()
    {
        for (var stream = 0; stream <= _stream; stream += stream == 0 ? 1 : 2)
            await _peer.TrySendAsync(HostilePeer.Frame(WindowUpdate, flags: 0, stream, [1, 0, 0, 0]));
    }

    public void Dispose()
    {
        _peer.Dispose();
        _sending.Dispose();
    }

    private static byte[] Headers(string method) =>
    [
        .. new[] { (":method", "POST"), (":scheme", "http"), (":path", $"/helloworld.Greeter/{method}"), (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers") }
            .SelectMany(header => (byte[])[0, (byte)header.Item1.Length, .. Encoding.ASCII.GetBytes(header.Item1), (byte)header.Item2.Length, .. Encoding.ASCII.GetBytes(header.Item2)]),
    ];

    private async Task ReadAsync(HostilePeer peer)
    {
        try
        {
            while (true)
            {
                var frame = await Http2Peer.ReadAsync(peer.Stream, CancellationToken.None);
                if (frame is { Type: WindowUpdate, Stream: 0 })
                    Interlocked.Add(ref _window, BinaryPrimitives.ReadInt32BigEndian(frame.Payload));
                else if (frame.Type == HostilePeer.ResetStream)
                    Interlocked.Increment(ref _reset);
                else if (frame.Type == HostilePeer.Data)
                    Interlocked.Add(ref _received, frame.Payload.Length);
                else if (frame is { Type: HostilePeer.Settings or HostilePeer.Ping, Flags: 0 })
                    await peer.TrySendAsync(HostilePeer.Frame(frame.Type, flags: 1, stream: 0, frame.Type == HostilePeer.Ping ? frame.Payload : []));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Closed, by either side.
        }
    }
}

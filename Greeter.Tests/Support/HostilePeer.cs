using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Greeter.Tests;

/// <summary>A connection of somebody who keeps to no rule: its bytes are in the test's hands.</summary>
internal sealed class HostilePeer : IDisposable
{
    // RFC 9113, section 6.
    public const byte Data = 0;
    public const byte HeadersFrame = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte Continuation = 9;
    public const byte EndHeaders = 4;

    /// <summary>RFC 9113, section 3.4: what every HTTP/2 connection begins with, then the client's (empty) settings.</summary>
    public static readonly byte[] Preface = [.. Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), .. Frame(Settings, flags: 0, stream: 0, [])];

    private readonly TcpClient _socket;

    private HostilePeer(TcpClient socket, Stream stream) => (_socket, Stream) = (socket, stream);

    public Stream Stream { get; }

    /// <param name="port">Where to.</param>
    /// <param name="from">The client's own address; null for any. On Linux all of 127.0.0.0/8 is this machine.</param>
    public static async Task<HostilePeer> ConnectAsync(int port, string? from = null)
    {
        var socket = new TcpClient(AddressFamily.InterNetwork) { NoDelay = true };
        if (from is not null)
            socket.Client.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync("127.0.0.1", port);
        return new HostilePeer(socket, socket.GetStream());
    }

    /// <returns>Null where the server has closed the connection while the client was still busy connecting.</returns>
    public static async Task<HostilePeer?> TryConnectAsync(int port, string? from = null)
    {
        try
        {
            return await ConnectAsync(port, from);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    /// <summary>A connection with a handshake that is made as it should be.</summary>
    public static async Task<HostilePeer> ConnectTlsAsync(int port)
    {
        var plain = await ConnectAsync(port);
        var tls = new SslStream(plain.Stream);
        var material = GrpcTls.TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem);
        var options = GrpcTls.TlsHandshake.Client(material);
        (options.TargetHost, options.EnabledSslProtocols) = ("localhost", SslProtocols.Tls12 | SslProtocols.Tls13);
        await tls.AuthenticateAsClientAsync(options);
        return new HostilePeer(plain._socket, tls);
    }

    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload, int? claimedLength = null)
    {
        var frame = new byte[9 + payload.Length];
        var length = claimedLength ?? payload.Length;
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(length >> 16), (byte)(length >> 8), (byte)length, type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    /// <summary>Headers of a gRPC call, without Huffman and without the dynamic table (RFC 7541, section 6.2.2).</summary>
    public static byte[] Headers(params IEnumerable<(string Name, string Value)> more)
    {
        (string, string)[] always = [(":method", "POST"), (":scheme", "http"), (":path", "/helloworld.Greeter/SayHelloBidiStream"), (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers")];
        return [.. always.Concat(more).SelectMany(header => (byte[])[0, .. Text(header.Item1), .. Text(header.Item2)])];
    }

    /// <summary>Sends as much as the server takes; it may have closed the connection meanwhile.</summary>
    public async Task TrySendAsync(params byte[] bytes)
    {
        try
        {
            await Stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // Closed: what the test waits for next.
        }
    }

    /// <summary>Reads a frame.</summary>
    /// <returns>Its type.</returns>
    /// <exception cref="EndOfStreamException">The server has closed.</exception>
    public async Task<byte> ReadFrameAsync() => (await Http2Peer.ReadAsync(Stream, CancellationToken.None)).Type;

    /// <summary>Reads up to a frame of that type.</summary>
    public async Task ReadUntilAsync(byte type)
    {
        while (await ReadFrameAsync() != type)
        {
            // Another one.
        }
    }

    /// <summary>Waits until the server closes the connection, in whichever way.</summary>
    public async Task WaitForCloseAsync()
    {
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60)); // Only so that a broken test ends.
        try
        {
            while (await Stream.ReadAsync(buffer, limit.Token) > 0)
            {
                // What it says before is not asked.
            }
        }
        catch (IOException)
        {
            // A reset is a close too.
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        _socket.Dispose();
    }

    // RFC 7541, section 5.1: an integer with a prefix of 7 bits.
    private static byte[] Text(string text)
    {
        var bytes = new List<byte>();
        var rest = text.Length;
        if (rest >= 127)
        {
            bytes.Add(127);
            for (rest -= 127; rest >= 128; rest /= 128)
                bytes.Add((byte)((rest % 128) + 128));
        }

        bytes.Add((byte)rest);
        return [.. bytes, .. Encoding.ASCII.GetBytes(text)];
    }
}

using System.Buffers.Binary;
using System.Text;

namespace GrpcTls;

/// <summary>The first bytes of HTTP/2 (RFC 9113, section 3.4): what a client sends before any request, and what comes back.</summary>
internal static class Http2Preface
{
    private const int FrameHeader = 9;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const int Http11Required = 0xD; // RFC 9113, section 7.

    // The preface and an empty SETTINGS frame.
    private static readonly byte[] Hello =
        [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, Settings, 0, 0, 0, 0, 0];

    private static readonly string[] Names =
        ["", "header table", "push", "streams", "window", "frame size", "header list", "", "extended connect"];

    /// <summary>Greets and reads what comes back: up to one frame, or less if the stream ends.</summary>
    public static async Task<byte[]> ExchangeAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Hello, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[256];
        var length = 0;
        while (length < FrameHeader || (IsFrame(buffer.AsSpan(0, length)) && length < FrameHeader + PayloadLength(buffer)))
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0 || (length += read) == buffer.Length)
                break;
        }

        return buffer[..length];
    }

    public static bool IsSettings(ReadOnlySpan<byte> answer) =>
        answer.Length >= FrameHeader && answer[3] == Settings && answer[4] is 0 && answer[5..9].IndexOfAnyExcept((byte)0) < 0;

    /// <summary>
    /// Whether somebody answered who speaks HTTP/1.1 alone: with a response of it, or, like Kestrel, in HTTP/2 that it is required.
    /// </summary>
    public static bool IsHttp1(ReadOnlySpan<byte> answer) => answer.StartsWith("HTTP/1."u8)
        || (answer.Length >= FrameHeader + 8 && answer[3] == GoAway
            && BinaryPrimitives.ReadInt32BigEndian(answer[(FrameHeader + 4)..]) == Http11Required);

    /// <summary>The settings of a SETTINGS frame, in words.</summary>
    public static string DescribeSettings(ReadOnlySpan<byte> answer)
    {
        var words = new List<string>();
        var payload = answer.Slice(FrameHeader, Math.Min(PayloadLength(answer), answer.Length - FrameHeader));
        for (var rest = payload; rest.Length >= 6; rest = rest[6..])
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(rest);
            var name = id < Names.Length && Names[id] is { Length: > 0 } known ? known : $"setting {id}";
            words.Add($"{name} {BinaryPrimitives.ReadUInt32BigEndian(rest[2..])}");
        }

        return words.Count == 0 ? "HTTP/2, no settings of its own" : $"HTTP/2: {string.Join(", ", words)}";
    }

    /// <summary>What somebody speaks who answered this to a greeting without TLS.</summary>
    public static string DescribeAnswer(ReadOnlySpan<byte> answer) => answer switch
    {
        { IsEmpty: true } => "nothing: it closes",
        _ when IsSettings(answer) => "HTTP/2",
        [0x15, 0x03, ..] => "TLS",
        _ when IsHttp1(answer) && answer[0] == 'H' => $"HTTP/1.1 ({Encoding.ASCII.GetString(answer[..Math.Min(answer.Length, 12)])})",
        _ when IsHttp1(answer) => "HTTP/1.1 (HTTP_1_1_REQUIRED)",
        _ when FirstLine(answer) is { } line => line switch
        {
            ['<', ..] => $"HTML ({line})",
            ['S', 'S', 'H', '-', ..] => line,
            _ => $"something unknown, beginning with '{line}'",
        },
        _ => $"something unknown, beginning with {Convert.ToHexString(answer[..Math.Min(answer.Length, 8)])}",
    };

    // SSH, SMTP, FTP, Redis and web servers of old begin with a line of text. It is a stranger's: only ASCII that can be
    // printed, and not all of it.
    private static string? FirstLine(ReadOnlySpan<byte> answer)
    {
        const int Shown = 40;
        var end = answer.IndexOfAny((byte)'\r', (byte)'\n');
        var line = end < 0 ? answer : answer[..end];
        var isText = line.Length >= 4 && line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        return isText ? Encoding.ASCII.GetString(line[..Math.Min(line.Length, Shown)]) : null;
    }

    private static bool IsFrame(ReadOnlySpan<byte> answer) => IsSettings(answer) || answer[3] == GoAway;

    private static int PayloadLength(ReadOnlySpan<byte> answer) => (answer[0] << 16) | (answer[1] << 8) | answer[2];
}

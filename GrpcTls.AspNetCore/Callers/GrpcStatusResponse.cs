using System.Globalization;
using System.Text;
using Grpc.Core;

namespace GrpcTls.AspNetCore;

/// <summary>Ends a call with a status before any of its messages is read.</summary>
public static class GrpcStatusResponse
{
    /// <summary>Answers with a status alone.</summary>
    /// <param name="context">The call.</param>
    /// <param name="status">The status.</param>
    /// <param name="detail">The reason, for the caller.</param>
    public static Task RefuseAsync(this HttpContext context, StatusCode status, string detail)
    {
        // A response of headers alone; clients take the status from them ("Trailers-Only" in gRPC's protocol).
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)status).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Encode(detail);
        return Task.CompletedTask;
    }

    /// <summary>gRPC's percent encoding: printable ASCII but for the percent sign stands for itself.</summary>
    /// <param name="text">Any text.</param>
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
                encoded.Append((char)b);
            else
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }
}

using System.Diagnostics;
using System.Text;

namespace Greeter.Tests;

/// <summary><c>openssl s_client</c> as a client that makes a handshake, greets with HTTP/2 and keeps its session in a file.</summary>
internal static class OpenSslClient
{
    // HTTP/2's preface and an empty SETTINGS frame.
    private static readonly byte[] Hello = [.. Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 0, 0, 0, 4, 0, 0, 0, 0, 0];

    /// <summary>Whether the server answered over HTTP/2, and whether the session was a resumed one.</summary>
    public static async Task<(bool IsServed, bool IsResumed, string Output)> GreetAsync(TestFolder folder, int port, params string[] more)
    {
        var start = new ProcessStartInfo("openssl",
        [
            "s_client", "-connect", $"localhost:{port}", "-servername", "localhost", "-alpn", "h2", "-CAfile", folder.ServerCa, "-verify_return_error",
            "-cert", folder.ClientCert, "-cert_chain", folder.ClientCert, "-key", folder.ClientKey, "-ign_eof", .. more,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var error = process.StandardError.ReadToEndAsync();
            await process.StandardInput.BaseStream.WriteAsync(Hello);
            await process.StandardInput.BaseStream.FlushAsync();
            var output = new StringBuilder();
            var buffer = new byte[4096];
            var served = false;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!served && await process.StandardOutput.BaseStream.ReadAsync(buffer, limit.Token) is > 0 and var read)
            {
                output.Append(Encoding.Latin1.GetString(buffer, 0, read));
                served = HasSettings(output.ToString());
            }

            // TLS 1.3 sends its tickets after the handshake, before the settings: the session's file is written by then.
            process.Kill();
            return (served, output.ToString().Contains("Reused,", StringComparison.Ordinal), output + await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    // A frame of type 4 on stream 0, without flags.
    private static bool HasSettings(string output) => output.Contains("\x04\0\0\0\0\0\0", StringComparison.Ordinal);
}

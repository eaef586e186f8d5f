using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tests;

/// <summary>A client that is not ours: it trusts every server, and shows what a test gives it.</summary>
internal static class Handshake
{
    // The preface and an empty SETTINGS frame; Kestrel says nothing before it has them.
    private static readonly byte[] Hello = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    /// <summary>Makes one, greets with HTTP/2, and waits until the server closes or says something.</summary>
    /// <returns>Whether the server said something.</returns>
    public static async Task<bool> TryAsync(int port, SslProtocols version, X509Certificate2? identity = null, X509Certificate2Collection? intermediates = null, bool alpn = true)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("localhost", port);
        await using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = version,
                ApplicationProtocols = alpn ? [SslApplicationProtocol.Http2] : null,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                ClientCertificateContext = identity is null ? null : SslStreamCertificateContext.Create(identity, intermediates, offline: true),
            });
            await tls.WriteAsync(Hello);
            return await tls.ReadAsync(new byte[1]) > 0;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return false;
        }
    }
}

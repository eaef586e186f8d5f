namespace GrpcTls.AspNetCore;

/// <summary>How long a connection may take and live. Set them with <c>services.Configure&lt;TlsConnectionOptions&gt;(…)</c>.</summary>
public sealed class TlsConnectionOptions
{
    /// <summary>
    /// How long a handshake may take, and after it (without TLS: after the connect) the HTTP/2 preface, which clients send at once.
    /// 10 seconds by default.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How old a connection gets, within ten percent, before it is ended gracefully and its client makes a new one, with a new handshake.
    /// Null by default: for ever; certificates that end are seen anyway.
    /// </summary>
    public TimeSpan? MaxConnectionAge { get; set; }

    /// <summary>How long calls in flight may go on when their connection is being ended. 30 seconds by default.</summary>
    public TimeSpan ConnectionGrace { get; set; } = TimeSpan.FromSeconds(30);
}

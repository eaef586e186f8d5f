using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls.AspNetCore;

/// <summary>
/// What is known of a connection while its handshake runs. The handshake's callbacks are shared by all connections and
/// know none, but they run in the flow of theirs, and so does Kestrel's log.
/// </summary>
internal sealed class HandshakeContext(TlsEndpointFeature endpoint, EndPoint? remote, TlsMaterialSource? source = null)
{
    private static readonly AsyncLocal<HandshakeContext?> Flow = new();

    private byte[][] _intermediates = [];

    /// <summary>The handshake of the current flow; null outside of one.</summary>
    public static HandshakeContext? Current => Flow.Value;

    public TlsEndpointFeature Endpoint => endpoint;

    /// <summary>By what clients are verified on this endpoint; null where they are not.</summary>
    public TlsMaterialSource? Source => source;

    public string Remote => remote?.ToString() ?? "somebody";

    /// <summary>Whether its rejection has been reported.</summary>
    public bool IsReported { get; set; }

    /// <summary>Whether it has ended well; what fails from then on is no rejection.</summary>
    public bool IsOver { get; set; }

    /// <summary>By what the client was verified; null where it was not.</summary>
    public TlsMaterial? Material { get; private set; }

    /// <summary>The authorities between the client's certificate and the root, as the handshake has found them.</summary>
    public X509Certificate2Collection Intermediates => [.. _intermediates.Select(bytes => X509CertificateLoader.LoadCertificate(bytes))];

    /// <summary>Marks the flow of a new connection, before its handshake.</summary>
    public static void Begin(TlsEndpointFeature endpoint, EndPoint? remote, TlsMaterialSource? source = null) =>
        Flow.Value = new HandshakeContext(endpoint, remote, source);

    /// <summary>
    /// Remembers what the verified chain is made of, for as long as the connection lives. What else a client has sent, up to
    /// 100 kB, is let go.
    /// </summary>
    public void RememberChain(X509Chain? chain, TlsMaterial material)
    {
        Material = material;
        _intermediates = chain is null ? [] : [.. chain.ChainElements.Skip(1).SkipLast(1).Select(element => element.Certificate.RawData)];
    }
}

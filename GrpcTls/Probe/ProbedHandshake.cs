using System.Formats.Asn1;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>One handshake and what was seen in it.</summary>
internal sealed class ProbedHandshake
{
    /// <summary>The server's certificate and what it sent along, as the server ordered it.</summary>
    public IReadOnlyList<X509Certificate2> SentChain { get; private set; } = [];

    public bool SawCertificate => SentChain.Count > 0;

    /// <summary>What is wrong with the server's certificate, the decisive first.</summary>
    public IReadOnlyList<TlsProblem> CertificateProblems { get; private set; } = [];

    public SslPolicyErrors Errors { get; private set; }

    /// <summary>Whether the server asked for a client certificate, which ends the handshake; only known where none is shown.</summary>
    public bool Asked { get; private set; }

    /// <summary>The authorities that the server named with its question.</summary>
    public IReadOnlyList<string> AcceptedIssuers { get; private set; } = [];

    /// <summary>Version, cipher and application protocol; null where the handshake did not end well.</summary>
    public string? Agreed { get; private set; }

    public bool AgreedOnHttp2 { get; private set; }

    /// <summary>What came back for the HTTP/2 greeting after the handshake.</summary>
    public byte[] Answer { get; private set; } = [];

    /// <summary>Why the handshake or the greeting ended early.</summary>
    public Exception? Failure { get; private set; }

    public static async Task<ProbedHandshake> RunAsync(
        ProbeTarget target, TlsMaterial material, bool showsIdentity, CancellationToken cancellationToken)
    {
        var seen = new ProbedHandshake();
        try
        {
            await target.WithConnectionAsync(
                async (stream, timeout) =>
                {
                    await seen.RunAsync(stream, target.Name, material, showsIdentity, timeout).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever a stranger sends, and whatever the platform throws over it: it is why the handshake failed.
            seen.Failure = e;
            if (!seen.SawCertificate && e is CryptographicException or AsnContentException)
                seen.CertificateProblems = [PeerDiagnosis.Unreadable(TlsSide.Server, e)];
        }

        return seen;
    }

    private async Task RunAsync(
        NetworkStream stream, string name, TlsMaterial material, bool showsIdentity, CancellationToken cancellationToken)
    {
        var options = TlsHandshake.Client(
            material, (certificate, chain, errors, refused) => Observe(material, name, certificate, chain, errors, refused));
        options.TargetHost = name;
        options.AllowTlsResume = false; // A resumed session shows no certificate.
        if (!showsIdentity)
        {
            // Called a second time, with the server's certificate, only if the server asks for ours. It then sees somebody go
            // away before answering: that is no refusal, and neither its log nor its metric has one that is only our question.
            options.ClientCertificateContext = null;
            options.LocalCertificateSelectionCallback = (_, _, _, server, issuers) =>
            {
                if (server is null)
                    return null!;
                (Asked, AcceptedIssuers) = (true, issuers);
                throw new AuthenticationException("the server asks for a certificate");
            };
        }

        var tls = new SslStream(stream);
        await using var closing = tls.ConfigureAwait(false);
        await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
        AgreedOnHttp2 = tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
        var protocol = tls.NegotiatedApplicationProtocol.ToString();
        var version = tls.SslProtocol == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2";
        Agreed = $"{version}, {tls.NegotiatedCipherSuite}, ALPN {(protocol.Length == 0 ? "none" : protocol)}";
        Answer = await Http2Preface.ExchangeAsync(tls, cancellationToken).ConfigureAwait(false);
    }

    private void Observe(
        TlsMaterial material, string name, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, TlsProblem? refused)
    {
        Errors = errors;
        if (refused is not null)
            CertificateProblems = [refused];
        else if (certificate is not null)
        {
            CertificateProblems = new PeerDiagnosis(TlsSide.Server, material.Roots, DateTimeOffset.UtcNow)
                .Explain(certificate, chain, errors, name);
        }

        // Copies: the originals belong to the handshake and are disposed with it.
        if (certificate is null)
            return;
        var others = chain?.ChainPolicy.ExtraStore.Where(sent => sent.Thumbprint != certificate.Thumbprint) ?? [];
        SentChain = [.. others.Prepend(certificate).Select(Copy).OfType<X509Certificate2>()];
    }

    private static X509Certificate2? Copy(X509Certificate2 certificate) =>
        Readable.OrNull(() => X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span));
}

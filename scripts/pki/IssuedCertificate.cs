using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>
/// A leaf with its key and the chain to send with it. A class and not a record: a record would print the key.
/// </summary>
public sealed class IssuedCertificate : IDisposable
{
    internal IssuedCertificate(X509Certificate2 certificate, X509Certificate2 issuing, string keyPem)
    {
        Certificate = certificate;
        LeafPem = certificate.ExportCertificatePem() + "\n";
        ChainPem = LeafPem + issuing.ExportCertificatePem() + "\n";
        KeyPem = keyPem;
    }

    /// <summary>
    /// With its private key, in memory. Schannel (Windows) cannot use such a key for TLS: there, export to PKCS#12 and load that.
    /// </summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The leaf, then the issuing certificate; not the root, which the other side must already have.</summary>
    public string ChainPem { get; }

    /// <summary>The private key, PKCS#8.</summary>
    public string KeyPem { get; }

    public string LeafPem { get; }

    public void Dispose() => Certificate.Dispose();

    public override string ToString() => Certificate.Subject;
}

using System.Security.Cryptography;
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

/// <summary>Reads what this folder's types have written, with one kind of exception for all that can be wrong with it.</summary>
internal static class CertificatePem
{
    /// <exception cref="CryptographicException">The text holds no certificate, or a damaged one.</exception>
    public static X509Certificate2Collection All(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("no certificate in it");
    }

    /// <exception cref="CryptographicException">One of the texts is damaged, or the key is not that of the first certificate.</exception>
    public static X509Certificate2 WithKey(string certificatePem, string keyPem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificatePem, keyPem);
        }
        catch (ArgumentException)
        {
            // What the platform says here is about parameter names; what it means is this.
            throw new CryptographicException("the key is not that of the certificate");
        }
    }
}

/// <summary>Whether a certificate leads to a root. It asks who signed what, not what time it is: old certificates may be renewed.</summary>
internal static class TrustPath
{
    public static bool Exists(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2 root)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        // The default is Online. These authorities publish no revocation list, and nothing is fetched to make files.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}

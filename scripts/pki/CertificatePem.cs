using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

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

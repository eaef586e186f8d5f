using System.Security.Cryptography;
using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>A private key behind a password, as PKCS#8.</summary>
internal static class EncryptedKey
{
    public static string Pem(IssuedCertificate issued, string password)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(issued.KeyPem);
        return key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000));
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>A private key of either kind, and what a certificate needs from it. The only place that asks which kind it is.</summary>
internal sealed class SigningKey(AsymmetricAlgorithm key) : IDisposable
{
    public static SigningKey Create(KeyKind kind, int rsaBits) =>
        new(kind == KeyKind.Ec ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(rsaBits));

    public static SigningKey Of(X509Certificate2 certificate) =>
        new((AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()
            ?? throw new CryptographicException($"{certificate.Subject} has no ECDSA or RSA private key"));

    public KeyKind Kind => key is ECDsa ? KeyKind.Ec : KeyKind.Rsa;

    public CertificateRequest Request(X500DistinguishedName subject) => key switch
    {
        ECDsa ec => new CertificateRequest(subject, ec, HashAlgorithmName.SHA256),
        // PKCS#1 v1.5 and not PSS for the signatures on certificates: old Java and Windows verify only the former.
        _ => new CertificateRequest(subject, (RSA)key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
    };

    // The overload that takes the issuer's certificate refuses a certificate older than its issuer, which is exactly
    // what a demonstration of an expired certificate needs; this one leaves the dates to the caller.
    public X509Certificate2 Sign(
        CertificateRequest request, X500DistinguishedName issuer, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        request.Create(issuer, Generator(), notBefore, notAfter, SerialNumber());

    public X509Certificate2 Join(X509Certificate2 certificate) =>
        key is ECDsa ec ? certificate.CopyWithPrivateKey(ec) : certificate.CopyWithPrivateKey((RSA)key);

    /// <summary>PKCS#8, unencrypted: what every TLS stack reads.</summary>
    public string ToPem() => key.ExportPkcs8PrivateKeyPem() + "\n";

    public void Dispose() => key.Dispose();

    // RFC 5280, 4.1.2.2: positive, unique per issuer, at most 20 bytes; the CA/Browser Forum (7.1) wants at least 64
    // random bits. 128 random bits are unique without a counter on disk. The top bit is cleared because DER would
    // read it as a minus sign, and the next one set so that the number is never zero and always 16 bytes long.
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    private X509SignatureGenerator Generator() => key is ECDsa ec
        ? X509SignatureGenerator.CreateForECDsa(ec)
        : X509SignatureGenerator.CreateForRSA((RSA)key, RSASignaturePadding.Pkcs1);
}

/// <summary>ECDSA on the curve P-256, or RSA. Every TLS stack in use reads both; P-256 costs a server much less per handshake.</summary>
public enum KeyKind
{
    Ec,
    Rsa,
}

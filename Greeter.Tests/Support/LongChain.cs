using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>
/// A leaf of an authority that the issuing one may not have made: its path length is 0 (RFC 5280, section 4.2.1.9). All of
/// the chain is there, every signature is good, and yet nobody accepts it.
/// </summary>
internal sealed record LongChain(string ChainPem, string KeyPem)
{
    public static LongChain Create(Authority authority, string commonName)
    {
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middleRequest = new CertificateRequest("CN=one too many", middleKey, HashAlgorithmName.SHA256);
        middleRequest.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        middleRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var middle = Sign(middleRequest, authority.Issuing);
        using var middleWithKey = middle.CopyWithPrivateKey(middleKey);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var leaf = Sign(request, middleWithKey);
        string[] chain = [leaf.ExportCertificatePem(), middle.ExportCertificatePem(), authority.Issuing.ExportCertificatePem()];
        return new LongChain(string.Join('\n', chain) + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public override string ToString() => "one authority too many";

    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 issuer)
    {
        using var key = issuer.GetECDsaPrivateKey()!;
        return request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), TestPki.Now.AddMinutes(-30), TestPki.Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
    }
}

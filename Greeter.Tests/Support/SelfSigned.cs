using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tests;

/// <summary>A certificate that is its own issuer, for localhost and for every use.</summary>
internal sealed record SelfSigned(string CertificatePem, string KeyPem)
{
    public static SelfSigned Create(string commonName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(TestPki.Now.AddHours(-1), TestPki.Now.AddDays(1));
        return new SelfSigned(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public X509Certificate2 Load() => X509Certificate2.CreateFromPem(CertificatePem, KeyPem);

    public override string ToString() => "self-signed";
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tests;

/// <summary>A certificate with a URI that is put in byte by byte.</summary>
internal static class RawName
{
    private const int Uri = 6; // RFC 5280, section 4.2.1.6: GeneralName's tag.

    public static X509Certificate2 Certificate(string commonName, string uri)
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
            names.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, Uri));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", names.Encode(), critical: false));
        return request.CreateSelfSigned(TestPki.Now.AddHours(-1), TestPki.Now.AddHours(1));
    }
}

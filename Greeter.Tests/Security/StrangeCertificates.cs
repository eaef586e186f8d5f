using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tests;

/// <summary>Certificates that differ from a good one in one thing each, and the problem that both ends have for it.</summary>
internal static class StrangeCertificates
{
    private const string Malformed = "certificate-malformed";
    private const string Weak = "certificate-weak";
    private const string Usage = "certificate-usage";

    private static readonly Dictionary<string, (string Problem, string Value, Func<RawCertificate, RawCertificate> Change)> All = new()
    {
        ["a date of month 13"] = (Malformed, "dates", good => good with { NotAfter = "271301000000Z" }),
        ["usages that are NULL"] = (Malformed, "extendedKeyUsage", good => good.With(RawCertificate.ExtendedKeyUsage, [5, 0])),
        ["no usage in the list of usages"] = (Malformed, "extendedKeyUsage", good => good.With(RawCertificate.ExtendedKeyUsage, [0x30, 0])),
        ["a key usage that is NULL"] = (Malformed, "keyUsage", good => good.With(RawCertificate.KeyUsage, [5, 0])),
        ["constraints that are NULL"] = (Malformed, "basicConstraints", good => good.With(RawCertificate.BasicConstraints, [5, 0])),
        ["a damaged key identifier"] = (Malformed, "subjectKeyIdentifier", good => good.With(RawCertificate.SubjectKeyId, [5, 0])),
        ["a damaged authority's identifier"] =
            (Malformed, "authorityKeyIdentifier", good => good.With(RawCertificate.AuthorityKeyId, [0x30, 9, 1])),
        ["cut names"] = (Malformed, "subjectAltName", good => good.With(RawCertificate.AlternativeNames, [0x30, 5, 1])),
        ["no name in the list of names"] = (Malformed, "subjectAltName", good => good.With(RawCertificate.AlternativeNames, [0x30, 0])),
        ["a name beyond ASCII"] = (Malformed, "subjectAltName", good => Named(good, 2, "caf\u00E9.example")),
        ["a name with a NUL"] = (Malformed, "subjectAltName", good => Named(good, 2, "localhost\0.evil.example")),
        ["a name that is empty"] = (Malformed, "subjectAltName", good => Named(good, 2, "")),
        ["an address of five bytes"] = (Malformed, "subjectAltName", good => Named(good, 7, "12345")),
        ["two lists of names"] =
            (Malformed, "2.5.29.17 twice", good => good with { Extensions = [.. good.Extensions, good.Extensions[^1]] }),
        ["version 1"] = (Malformed, "version 1", good => good with { Version = 0 }),
        ["version 2"] = (Malformed, "version 2", good => good with { Version = 1 }),
        ["a negative serial number"] = (Malformed, "serial number", good => good with { Serial = [0xFF, 1, 2] }),
        ["the serial number 0"] = (Malformed, "serial number", good => good with { Serial = [0] }),
        ["a serial number of 21 bytes"] = (Malformed, "serial number", good => good with { Serial = [1, .. new byte[20]] }),
        ["SHA-1"] = (Weak, "sha1", good => good with { Hash = HashAlgorithmName.SHA1 }),
        ["RSA-1024"] = (Weak, "an RSA key of 1024 bits", good => good with { Key = RSA.Create(1024) }),
        ["RSA with the exponent 1"] = (Weak, "exponent", good => good with { PublicKey = Exponent1() }),
        ["P-224"] = (Weak, "nistP224", good => good with { Key = ECDsa.Create(ECCurve.CreateFromFriendlyName("nistP224")) }),
        ["secp256k1"] = (Weak, "secP256k1", good => good with { Key = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1")) }),
        ["a curve without a name"] = (Weak, "without a name", good => good with { PublicKey = ExplicitCurve() }),
        ["an authority"] = (Usage, "an authority", good => good.With(RawCertificate.BasicConstraints, RawCertificate.Authority[0].Value)),
        ["a key that may sign certificates"] = (Usage, "an authority", good =>
            good.With(RawCertificate.KeyUsage, RawCertificate.Usage(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign))),
        ["a key that may not sign"] = (Usage, "digitalSignature", good =>
            good.With(RawCertificate.KeyUsage, RawCertificate.Usage(X509KeyUsageFlags.KeyEncipherment))),
    };

    public static IEnumerable<string> Names => All.Keys;

    /// <summary>Those that .NET shows: not the weak ones, and none that it cannot read itself.</summary>
    public static IEnumerable<string> Showable => All.Keys.Where(name => Problem(name) != Weak && name != "a key usage that is NULL");

    public static string Problem(string name) => All[name].Problem;

    /// <summary>What the message says of it.</summary>
    public static string Value(string name) => All[name].Value;

    public static RawCertificate Make(string name) => Change(name, new RawCertificate());

    public static RawCertificate Change(string name, RawCertificate good) => All[name].Change(good);

    // One name more.
    private static RawCertificate Named(RawCertificate good, int tag, string name) => good.With(
        RawCertificate.AlternativeNames, RawCertificate.Names((6, "spiffe://greeter.example/stranger"), (2, "localhost"), (tag, name)));

    private static byte[] Exponent1()
    {
        using var rsa = RSA.Create(2048);
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteIntegerUnsigned(rsa.ExportParameters(includePrivateParameters: false).Modulus);
            key.WriteInteger(1);
        }

        var oid = new Oid("1.2.840.113549.1.1.1");
        return new PublicKey(oid, new AsnEncodedData([5, 0]), new AsnEncodedData(key.Encode())).ExportSubjectPublicKeyInfo();
    }

    private static byte[] ExplicitCurve()
    {
        using var named = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var spelled = ECDsa.Create(named.ExportExplicitParameters(includePrivateParameters: false));
        return spelled.ExportSubjectPublicKeyInfo();
    }
}

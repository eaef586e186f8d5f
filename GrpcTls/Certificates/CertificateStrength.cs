using System.Formats.Asn1;
using System.Security.Cryptography;

namespace GrpcTls;

/// <summary>
/// Which keys and signatures are strong enough: 112 bits of security, as OpenSSL's security level 2 has it, and what the CA/Browser
/// Forum's baseline requirements (7.1.3) allow. A list of the good ones: what is not known is not good.
/// </summary>
internal static class CertificateStrength
{
    private const int LeastRsaBits = 2048;
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Ec = "1.2.840.10045.2.1";

    // Ed25519, Ed448, and ML-DSA's three (FIPS 204): key and signature have one identifier.
    private static readonly string[] Others =
        ["1.3.101.112", "1.3.101.113", "2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19"];

    // SHA-256, SHA-384, SHA-512, with RSA and with ECDSA; the same of SHA-3.
    private static readonly string[] Signatures =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
        "2.16.840.1.101.3.4.3.10", "2.16.840.1.101.3.4.3.11", "2.16.840.1.101.3.4.3.12",
        "2.16.840.1.101.3.4.3.14", "2.16.840.1.101.3.4.3.15", "2.16.840.1.101.3.4.3.16", .. Others,
    ];

    // For RSA-PSS, whose default is SHA-1: SHA-256, SHA-384, SHA-512.
    private static readonly string[] Hashes = ["2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"];

    // NIST's P-256, P-384 and P-521, and Brainpool's curves of those sizes (RFC 5639).
    private static readonly string[] Curves =
    [
        "1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35",
        "1.3.36.3.3.2.8.1.1.7", "1.3.36.3.3.2.8.1.1.11", "1.3.36.3.3.2.8.1.1.13",
    ];

    /// <summary>What is weak about the signature; null for nothing.</summary>
    public static string? OfSignature(CertificateParts parts)
    {
        var algorithm = new AsnReader(parts.SignatureAlgorithm, AsnEncodingRules.DER).ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        if (oid == RsaPss)
            return PssHash(algorithm) is var hash && Hashes.Contains(hash) ? null : $"an RSA-PSS signature with {hash}";
        return Signatures.Contains(oid) ? null : $"a signature of the kind {Name(oid)}";
    }

    /// <summary>What is weak about the key; null for nothing.</summary>
    public static string? OfKey(CertificateParts parts)
    {
        var key = new AsnReader(parts.Key, AsnEncodingRules.DER).ReadSequence();
        var algorithm = key.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        return oid switch
        {
            Rsa or RsaPss => OfRsa(new AsnReader(key.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence()),
            Ec => OfCurve(algorithm),
            _ => Others.Contains(oid) ? null : $"a key of the kind {Name(oid)}",
        };
    }

    private static string? OfRsa(AsnReader key)
    {
        var modulus = key.ReadInteger();
        var exponent = key.ReadInteger();
        var bits = modulus.Sign > 0 ? modulus.GetBitLength() : 0;
        if (bits < LeastRsaBits)
            return $"an RSA key of {bits} bits";

        // With the exponent 1 everybody can sign; CA/Browser Forum, 6.1.6: odd, and 3 or more.
        return exponent < 3 || exponent.IsEven ? "an RSA key with an exponent that nobody may use" : null;
    }

    private static string? OfCurve(AsnReader algorithm)
    {
        // A curve that is spelled out in place of its name may be anybody's (CVE-2020-0601).
        if (!algorithm.HasData || !algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier))
            return "an EC key on a curve without a name";
        var curve = algorithm.ReadObjectIdentifier();
        return Curves.Contains(curve) ? null : $"an EC key on the curve {Name(curve)}";
    }

    private static string PssHash(AsnReader algorithm)
    {
        var hash = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (!algorithm.HasData || algorithm.ReadSequence() is not { HasData: true } parameters || parameters.PeekTag() != hash)
            return "SHA-1, its default";
        return parameters.ReadSequence(hash).ReadSequence().ReadObjectIdentifier();
    }

    private static string Name(string oid) => new Oid(oid).FriendlyName is { Length: > 0 } name ? name : oid;
}

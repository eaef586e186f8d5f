using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tests;

/// <summary>A certificate put together byte by byte, for what no good tool makes. As it stands it is good, and its signature too.</summary>
internal sealed record RawCertificate
{
    public const string BasicConstraints = "2.5.29.19";
    public const string KeyUsage = "2.5.29.15";
    public const string ExtendedKeyUsage = "2.5.29.37";
    public const string AlternativeNames = "2.5.29.17";
    public const string AuthorityKeyId = "2.5.29.35";
    public const string SubjectKeyId = "2.5.29.14";

    public const string Policies = "2.5.29.32";

    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private static readonly byte[] Null = [5, 0];

    public AsymmetricAlgorithm Key { get; init; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>0 for version 1.</summary>
    public int Version { get; init; } = 2;

    /// <summary>The bytes of the INTEGER, with its sign.</summary>
    public byte[] Serial { get; init; } = [0x40, .. RandomNumberGenerator.GetBytes(15)];

    /// <summary>A UTCTime's text.</summary>
    public string NotBefore { get; init; } = TestPki.Now.AddHours(-1).ToString("yyMMddHHmmss'Z'");

    public string NotAfter { get; init; } = TestPki.Now.AddDays(1).ToString("yyMMddHHmmss'Z'");

    /// <summary>The subject's DER.</summary>
    public byte[] Subject { get; init; } = new X500DistinguishedName("CN=stranger").RawData;

    /// <summary>The key's DER; null for that of <see cref="Key"/>.</summary>
    public byte[]? PublicKey { get; init; }

    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    public IReadOnlyList<(string Oid, byte[] Value)> Extensions { get; init; } = Leaf("spiffe://greeter.example/stranger", "localhost");

    /// <summary>The extensions of a leaf that may be a client or a server.</summary>
    public static IReadOnlyList<(string Oid, byte[] Value)> Leaf(string uri, string dns) =>
    [
        (BasicConstraints, [0x30, 0]),
        (KeyUsage, Usage(X509KeyUsageFlags.DigitalSignature)),
        (ExtendedKeyUsage, new X509EnhancedKeyUsageExtension([new Oid(ServerAuth), new Oid(ClientAuth)], critical: false).RawData),
        (AlternativeNames, Names((6, uri), (2, dns))),
    ];

    public static IReadOnlyList<(string Oid, byte[] Value)> Authority { get; } =
    [
        (BasicConstraints, X509BasicConstraintsExtension.CreateForCertificateAuthority().RawData),
        (KeyUsage, Usage(X509KeyUsageFlags.KeyCertSign)),
    ];

    public static byte[] Usage(X509KeyUsageFlags flags) => new X509KeyUsageExtension(flags, critical: true).RawData;

    /// <summary>A subjectAltName of GeneralNames, by their tags (RFC 5280, section 4.2.1.6).</summary>
    public static byte[] Names(params (int Tag, string Text)[] names)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (tag, text) in names)
                writer.WriteOctetString(System.Text.Encoding.Latin1.GetBytes(text), new Asn1Tag(TagClass.ContextSpecific, tag));
        }

        return writer.Encode();
    }

    /// <summary>The same with another extension in the place of one, or without it.</summary>
    public RawCertificate With(string oid, byte[]? value) => this with
    {
        Extensions = [.. Extensions.Where(extension => extension.Oid != oid), .. value is null ? [] : new[] { (oid, value) }],
    };

    /// <summary>Signed by an authority, and without a private key.</summary>
    public X509Certificate2 Signed(X509Certificate2 issuer) =>
        X509CertificateLoader.LoadCertificate(Sign(ToBeSigned(issuer), issuer, Hash));

    /// <summary>Signed by an authority; the chain is what a peer sends.</summary>
    public IssuedChain Issue(X509Certificate2 issuer, params X509Certificate2[] more) => new(Signed(issuer), [issuer, .. more], Key);

    /// <summary>Signed by its own RSA key, under its own name.</summary>
    public IssuedChain IssueItself()
    {
        // The authority whose name and key are in the result.
        var name = new X500DistinguishedName(Subject);
        var request = new CertificateRequest(name, (RSA)Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var authority = request.CreateSelfSigned(TestPki.Now.AddHours(-1), TestPki.Now.AddDays(1));
        return new IssuedChain(Signed(authority), [], Key);
    }

    /// <summary>Puts any bytes under an authority's signature.</summary>
    public static byte[] Sign(byte[] toBeSigned, X509Certificate2 issuer, HashAlgorithmName hash)
    {
        using var ec = issuer.GetECDsaPrivateKey();
        using var rsa = issuer.GetRSAPrivateKey();
        var signature = ec?.SignData(toBeSigned, hash, DSASignatureFormat.Rfc3279DerSequence)
            ?? rsa!.SignData(toBeSigned, hash, RSASignaturePadding.Pkcs1);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            writer.WriteEncodedValue(Algorithm(ec is not null, hash));
            writer.WriteBitString(signature);
        }

        return writer.Encode();
    }

    private byte[] ToBeSigned(X509Certificate2 issuer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (Version > 0)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                    writer.WriteInteger(Version);
            }

            writer.WriteInteger(Serial);
            writer.WriteEncodedValue(Algorithm(issuer.GetKeyAlgorithm() == "1.2.840.10045.2.1", Hash));
            writer.WriteEncodedValue(issuer.SubjectName.RawData);
            using (writer.PushSequence())
            {
                Time(writer, NotBefore);
                Time(writer, NotAfter);
            }

            writer.WriteEncodedValue(Subject);
            writer.WriteEncodedValue(PublicKey ?? (Key as ECDsa)?.ExportSubjectPublicKeyInfo() ?? ((RSA)Key).ExportSubjectPublicKeyInfo());
            if (Version == 2)
                Write(writer, Extensions);
        }

        return writer.Encode();
    }

    private static void Write(AsnWriter writer, IReadOnlyList<(string Oid, byte[] Value)> extensions)
    {
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
        using (writer.PushSequence())
        {
            foreach (var (oid, value) in extensions)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteOctetString(value);
                }
            }
        }
    }

    // A UTCTime that may say anything: AsnWriter's own takes real dates alone.
    private static void Time(AsnWriter writer, string text) =>
        writer.WriteEncodedValue([0x17, (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)]);

    private static byte[] Algorithm(bool isEc, HashAlgorithmName hash)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier((isEc, hash.Name) switch
            {
                (true, "SHA1") => "1.2.840.10045.4.1",
                (true, "SHA256") => "1.2.840.10045.4.3.2",
                (false, "MD5") => "1.2.840.113549.1.1.4",
                (false, "SHA1") => "1.2.840.113549.1.1.5",
                _ => "1.2.840.113549.1.1.11",
            });
            if (!isEc)
                writer.WriteEncodedValue(Null);
        }

        return writer.Encode();
    }
}

/// <summary>What a peer shows: a certificate, what it sends along, and its key.</summary>
internal sealed record IssuedChain(X509Certificate2 Leaf, X509Certificate2[] Intermediates, AsymmetricAlgorithm Key)
{
    public X509Certificate2 WithKey() => Key is ECDsa ec ? Leaf.CopyWithPrivateKey(ec) : Leaf.CopyWithPrivateKey((RSA)Key);

    public string ChainPem => string.Concat(Intermediates.Prepend(Leaf).Select(certificate => certificate.ExportCertificatePem() + "\n"));

    public string KeyPem => Key.ExportPkcs8PrivateKeyPem() + "\n";
}

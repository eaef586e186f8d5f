using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tls;

/// <summary>The parts of a certificate (RFC 5280, section 4.1), read strictly from its bytes and not by the platform, which is lenient.</summary>
internal sealed class CertificateParts
{
    public const string KeyUsage = "2.5.29.15";
    public const string BasicConstraints = "2.5.29.19";

    private const string SubjectKeyId = "2.5.29.14";
    private const string AuthorityKeyId = "2.5.29.35";
    private const string ExtendedKeyUsage = "2.5.29.37";

    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3);

    private readonly Dictionary<string, byte[]> _extensions = [];

    private CertificateParts(ReadOnlyMemory<byte> encoded)
    {
        var outer = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        var reader = Part("outline", () => outer.ReadSequence());
        SignatureAlgorithm = Part("signature", () => outer.ReadEncodedValue());
        Version = Part("version", () => reader.PeekTag() == Constructed(VersionTag) ? 1 + (int)reader.ReadSequence(VersionTag).ReadInteger() : 1);
        Serial = Part("serial number", () => reader.ReadIntegerBytes());
        if (!Part("signature", () => reader.ReadEncodedValue()).Span.SequenceEqual(SignatureAlgorithm.Span))
            throw new FormatException("it names two kinds of signatures (RFC 5280, section 4.1.1.2)");
        Part("issuer", () => reader.ReadEncodedValue());
        Part("dates", () => ReadDates(reader.ReadSequence()));
        Part("subject", () => reader.ReadEncodedValue());
        Key = Part("key", () => reader.ReadEncodedValue());
        Part("extensions", () => ReadExtensions(reader));
        IsAuthority = Part("basicConstraints", () => Decoded(BasicConstraints, data => new X509BasicConstraintsExtension(data, false).CertificateAuthority)) ?? false;
        Usages = Part("keyUsage", () => Decoded(KeyUsage, data => new X509KeyUsageExtension(data, false).KeyUsages));
        Part("extendedKeyUsage", () => Decoded(ExtendedKeyUsage, data => new X509EnhancedKeyUsageExtension(data, false).EnhancedKeyUsages[0].Value is not null));
        Part("subjectKeyIdentifier", () => Decoded(SubjectKeyId, data => new X509SubjectKeyIdentifierExtension(data, false).SubjectKeyIdentifier is not null));
        Part("authorityKeyIdentifier", () => Decoded(AuthorityKeyId, data => new X509AuthorityKeyIdentifierExtension(data.RawData).KeyIdentifier is not null));
    }

    /// <summary>1 to 3.</summary>
    public int Version { get; }

    public ReadOnlyMemory<byte> Serial { get; }

    /// <summary>An AlgorithmIdentifier.</summary>
    public ReadOnlyMemory<byte> SignatureAlgorithm { get; }

    /// <summary>A SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    public bool IsAuthority { get; }

    /// <summary>Null where the certificate has none.</summary>
    public X509KeyUsageFlags? Usages { get; }

    /// <exception cref="FormatException">A part cannot be read; the message says which.</exception>
    public static CertificateParts Of(X509Certificate2 certificate) => Part("outline", () => new CertificateParts(certificate.RawDataMemory));

    private static Asn1Tag Constructed(Asn1Tag tag) => tag.AsConstructed();

    private static bool ReadDates(AsnReader reader)
    {
        for (var i = 0; i < 2; i++)
            _ = reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
        return true;
    }

    private bool ReadExtensions(AsnReader reader)
    {
        while (reader.HasData && reader.PeekTag() != Constructed(ExtensionsTag))
            reader.ReadEncodedValue(); // The unique identifiers, which nobody uses.
        if (!reader.HasData)
            return true;
        for (var list = reader.ReadSequence(ExtensionsTag).ReadSequence(); list.HasData;)
        {
            var extension = list.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            if (extension.PeekTag() == Asn1Tag.Boolean)
                extension.ReadBoolean();
            if (!_extensions.TryAdd(oid, extension.ReadOctetString()))
                throw new FormatException($"it has the extension {oid} twice (RFC 5280, section 4.2)");
        }

        return true;
    }

    private T? Decoded<T>(string oid, Func<AsnEncodedData, T> decode)
        where T : struct => _extensions.TryGetValue(oid, out var value) ? decode(new AsnEncodedData(oid, value)) : null;

    private static T Part<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (FormatException or OutOfMemoryException))
        {
            throw new FormatException($"its {name} cannot be read", e);
        }
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>The parts of a certificate (RFC 5280, section 4.1), read strictly from its bytes: the platform is lenient.</summary>
internal sealed class CertificateParts
{
    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3, isConstructed: true);

    private readonly Dictionary<string, byte[]> _extensions = [];

    private CertificateParts(ReadOnlyMemory<byte> encoded)
    {
        var outer = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        var reader = Part("outline", () => outer.ReadSequence());
        SignatureAlgorithm = Part("signature", () => outer.ReadEncodedValue());
        Version = Part("version", () => reader.PeekTag() == VersionTag ? 1 + (int)reader.ReadSequence(VersionTag).ReadInteger() : 1);
        Serial = Part("serial number", () => reader.ReadIntegerBytes());
        if (!Part("signature", () => reader.ReadEncodedValue()).Span.SequenceEqual(SignatureAlgorithm.Span))
            throw new FormatException("it names two kinds of signatures (RFC 5280, section 4.1.1.2)");
        Part("issuer", () => reader.ReadEncodedValue());
        Part("dates", () => ReadDates(reader.ReadSequence()));
        Part("subject", () => reader.ReadEncodedValue());
        Key = Part("key", () => reader.ReadEncodedValue());
        Part("extensions", () => ReadExtensions(reader));
        IsAuthority = Decode("basicConstraints", "2.5.29.19", BasicConstraints) ?? false;
        Usages = Decode("keyUsage", "2.5.29.15", data => new X509KeyUsageExtension(data, false).KeyUsages);
        Decode("extendedKeyUsage", "2.5.29.37", data => new X509EnhancedKeyUsageExtension(data, false).EnhancedKeyUsages[0].Value!.Length);
        Decode("subjectKeyIdentifier", "2.5.29.14", data => new X509SubjectKeyIdentifierExtension(data, false).SubjectKeyIdentifier![0]);
        Decode("authorityKeyIdentifier", "2.5.29.35", data => new X509AuthorityKeyIdentifierExtension(data.RawData).RawIssuer is null);
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
    public static CertificateParts Of(X509Certificate2 certificate) =>
        Part("outline", () => new CertificateParts(certificate.RawDataMemory));

    private static bool BasicConstraints(AsnEncodedData data) => new X509BasicConstraintsExtension(data, false).CertificateAuthority;

    private static bool ReadDates(AsnReader reader)
    {
        for (var i = 0; i < 2; i++)
            _ = reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
        return true;
    }

    private bool ReadExtensions(AsnReader reader)
    {
        while (reader.HasData && reader.PeekTag() != ExtensionsTag)
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

    private T? Decode<T>(string name, string oid, Func<AsnEncodedData, T> decode)
        where T : struct =>
        _extensions.TryGetValue(oid, out var value) ? Part(name, () => decode(new AsnEncodedData(oid, value))) : null;

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

using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>
/// Reads revocation lists (RFC 5280, section 5.1), strictly: whatever is not understood and would change what the list
/// says makes it unusable, because a list that is read wrongly lets in those whom it was to keep out.
/// </summary>
internal static class RevocationListReader
{
    private const string Label = "X509 CRL";
    private const string CrlNumber = "2.5.29.20";
    private const string DeltaIndicator = "2.5.29.27";
    private const string IssuingDistributionPoint = "2.5.29.28";
    private const string CertificateIssuer = "2.5.29.29";
    private const string AuthorityKeyIdentifier = "2.5.29.35";

    // What these say does not change who is revoked: issuer's other names, where to ask, why and since when.
    private static readonly FrozenSet<string> Harmless = new[]
    {
        CrlNumber, AuthorityKeyIdentifier, "2.5.29.18", "2.5.29.46", "1.3.6.1.5.5.7.1.1", "2.5.29.21", "2.5.29.23", "2.5.29.24",
    }.ToFrozenSet();

    /// <summary>Every list of the file: one in DER, or any number in PEM, among other blocks.</summary>
    /// <exception cref="TlsException">The file holds no list, or one that is damaged or of a kind that cannot be judged here.</exception>
    public static IReadOnlyList<RevocationList> Read(TlsFile file, TlsFileContents contents)
    {
        try
        {
            var bytes = contents.Bytes(file);
            if (bytes.Span is [0x30, ..])
                return [Read(file, bytes)];
            RevocationList[] lists = [.. contents.Text(file).Blocks(Label).Select(block => Read(file, block))];
            return lists.Length > 0 ? lists : throw new FormatException($"there is no -----BEGIN {Label}-----, and it is not DER");
        }
        catch (Exception e) when (e is not (TlsException or OutOfMemoryException))
        {
            throw new TlsException(file.About(TlsProblems.RevocationListMalformed).With(("reason", e.Message)), e);
        }
    }

    private static RevocationList Read(TlsFile file, ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var signed = list.ReadEncodedValue();
        var algorithm = list.ReadEncodedValue();
        var signature = list.ReadBitString(out _);
        list.ThrowIfNotEmpty();

        var reader = new AsnReader(signed, AsnEncodingRules.DER).ReadSequence();
        if (reader.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) && reader.ReadInteger() != 1)
            throw new FormatException("it is of an unknown version"); // 1 is version 2; without it, version 1.
        if (!reader.ReadEncodedValue().Span.SequenceEqual(algorithm.Span))
            throw new FormatException("it names two algorithms for its signature");
        var issuer = new X500DistinguishedName(reader.ReadEncodedValue().Span);
        var thisUpdate = Time(reader);

        // RFC 5280, section 5.1.2.5 requires the field; a list without it would never grow old.
        var nextUpdate = IsTime(reader) ? Time(reader) : DateTimeOffset.MinValue;
        var serials = reader.HasData && reader.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) ? Serials(reader.ReadSequence()) : [];
        var extensions = reader.HasData ? Extensions(reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence()) : [];
        reader.ThrowIfNotEmpty();
        return new RevocationList
        {
            File = file,
            Issuer = issuer,
            IssuerKeyId = extensions.TryGetValue(AuthorityKeyIdentifier, out var key) ? Convert.ToHexString(key.Span) : null,
            Number = extensions.TryGetValue(CrlNumber, out var number) ? Integer(number) : null,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            Serials = serials.ToFrozenSet(StringComparer.Ordinal),
            Signed = signed,
            Signature = signature,
            Algorithm = new AsnReader(algorithm, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier(),
        };
    }

    private static List<string> Serials(AsnReader entries)
    {
        var serials = new List<string>();
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            serials.Add(RevocationList.Serial(entry.ReadIntegerBytes().Span));
            Time(entry);
            if (entry.HasData)
                Extensions(entry.ReadSequence());
            entry.ThrowIfNotEmpty();
        }

        return serials;
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Extensions(AsnReader extensions)
    {
        var found = new Dictionary<string, ReadOnlyMemory<byte>>();
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            found[oid] = extension.ReadOctetString();
            if (oid is DeltaIndicator or IssuingDistributionPoint or CertificateIssuer)
                throw new FormatException("it is a delta, a partial or an indirect list; only whole lists of one authority can be judged");
            if (isCritical && !Harmless.Contains(oid))
                throw new FormatException($"it has the critical extension {oid}, which is not understood here");
        }

        return found;
    }

    private static BigInteger Integer(ReadOnlyMemory<byte> encoded) => new AsnReader(encoded, AsnEncodingRules.DER).ReadInteger();

    private static bool IsTime(AsnReader reader) =>
        reader.HasData && (reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            || reader.PeekTag().HasSameClassAndValue(Asn1Tag.GeneralizedTime));

    private static DateTimeOffset Time(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}

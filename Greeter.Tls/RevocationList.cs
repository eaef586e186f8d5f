using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Greeter.Tls;

/// <summary>A certificate revocation list (RFC 5280, section 5): the serial numbers that an authority has taken back.</summary>
internal sealed class RevocationList
{
    private const string IssuingDistributionPoint = "2.5.29.28";
    private const string DeltaIndicator = "2.5.29.27";

    private readonly FrozenSet<string> _serials;
    private readonly byte[] _signed;
    private readonly byte[] _signature;
    private readonly string _algorithm;

    private RevocationList(TlsFile file, byte[] signed, string algorithm, byte[] signature, TbsCertList content)
    {
        (File, _signed, _algorithm, _signature) = (file, signed, algorithm, signature);
        (Issuer, NextUpdate) = (content.Issuer, content.NextUpdate);
        _serials = content.Serials.ToFrozenSet(StringComparer.Ordinal);
    }

    public TlsFile File { get; }

    public X500DistinguishedName Issuer { get; }

    /// <summary>When the authority promised a newer list at the latest.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <exception cref="TlsException">The file is no revocation list, or one of a kind that cannot be judged here.</exception>
    public static RevocationList Parse(TlsFile file, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var list = new AsnReader(Der(bytes), AsnEncodingRules.DER).ReadSequence();
            var signed = list.ReadEncodedValue();
            var algorithm = list.ReadSequence().ReadObjectIdentifier();
            return new RevocationList(file, signed.ToArray(), algorithm, list.ReadBitString(out _), TbsCertList.Read(signed));
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or FormatException or ArgumentException)
        {
            throw new TlsException(file.About(TlsProblems.RevocationListMalformed).With(("reason", e.Message)), e);
        }
    }

    public bool Contains(X509Certificate2 certificate) => _serials.Contains(Convert.ToHexString(certificate.SerialNumberBytes.Span.TrimStart((byte)0)));

    /// <summary>Whether this authority's key signed the list: anybody can write an authority's name into one.</summary>
    public bool IsSignedBy(X509Certificate2 authority)
    {
        using var ecdsa = authority.GetECDsaPublicKey();
        using var rsa = authority.GetRSAPublicKey();
        return _algorithm switch
        {
            "1.2.840.10045.4.3.2" => Ecdsa(HashAlgorithmName.SHA256),
            "1.2.840.10045.4.3.3" => Ecdsa(HashAlgorithmName.SHA384),
            "1.2.840.10045.4.3.4" => Ecdsa(HashAlgorithmName.SHA512),
            "1.2.840.113549.1.1.11" => Rsa(HashAlgorithmName.SHA256),
            "1.2.840.113549.1.1.12" => Rsa(HashAlgorithmName.SHA384),
            "1.2.840.113549.1.1.13" => Rsa(HashAlgorithmName.SHA512),
            _ => false, // SHA-1 and unknown ones prove nothing.
        };

        bool Ecdsa(HashAlgorithmName hash) => ecdsa?.VerifyData(_signed, _signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
        bool Rsa(HashAlgorithmName hash) => rsa?.VerifyData(_signed, _signature, hash, RSASignaturePadding.Pkcs1) == true;
    }

    private static ReadOnlyMemory<byte> Der(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.StartsWith("-----"u8) is false && bytes.Span is [0x30, ..])
            return bytes;
        var text = Encoding.UTF8.GetString(bytes.Span);
        return PemEncoding.TryFind(text, out var fields) && text[fields.Label] == "X509 CRL"
            ? Convert.FromBase64String(text[fields.Base64Data])
            : throw new FormatException("there is no -----BEGIN X509 CRL-----, and it is not DER");
    }

    private sealed record TbsCertList(X500DistinguishedName Issuer, DateTimeOffset NextUpdate, List<string> Serials)
    {
        public static TbsCertList Read(ReadOnlyMemory<byte> encoded)
        {
            var reader = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
            if (reader.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
                reader.ReadInteger(); // The version.
            reader.ReadEncodedValue(); // The algorithm, once more.
            var issuer = new X500DistinguishedName(reader.ReadEncodedValue().Span);
            Time(reader);

            // RFC 5280, section 5.1.2.5 requires the field; a list without it would never grow old.
            var nextUpdate = IsTime(reader) ? Time(reader) : DateTimeOffset.MinValue;
            var serials = new List<string>();
            if (reader.HasData && reader.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
            {
                for (var entries = reader.ReadSequence(); entries.HasData;)
                    serials.Add(Convert.ToHexString(entries.ReadSequence().ReadIntegerBytes().Span.TrimStart((byte)0)));
            }

            if (reader.HasData)
                CheckExtensions(reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence());
            return new TbsCertList(issuer, nextUpdate, serials);
        }

        // A list of changes, or of some certificates only, would pass for the whole one.
        private static void CheckExtensions(AsnReader extensions)
        {
            while (extensions.HasData)
            {
                if (extensions.ReadSequence().ReadObjectIdentifier() is DeltaIndicator or IssuingDistributionPoint)
                    throw new FormatException("it is a delta or a partial list; only whole lists can be judged");
            }
        }

        private static bool IsTime(AsnReader reader) =>
            reader.HasData && (reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) || reader.PeekTag().HasSameClassAndValue(Asn1Tag.GeneralizedTime));

        private static DateTimeOffset Time(AsnReader reader) =>
            reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
    }
}

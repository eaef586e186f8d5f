using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tests;

/// <summary>A revocation list with whatever a test wants in it; the platform's builder makes good ones only.</summary>
internal sealed record TestList(X509Certificate2 Issuer)
{
    private const string EcdsaSha256 = "1.2.840.10045.4.3.2";
    private const string CrlNumber = "2.5.29.20";

    public TimeSpan Age { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan Left { get; init; } = TimeSpan.FromDays(7);

    public int? Number { get; init; }

    public X509Certificate2[] Revoked { get; init; } = [];

    /// <summary>An extension of the list, or of its entries.</summary>
    public (string Oid, bool Critical)? Extension { get; init; }

    public (string Oid, bool Critical)? EntryExtension { get; init; }

    public string Pem() => PemEncoding.WriteString("X509 CRL", Der()) + "\n";

    public byte[] Der()
    {
        var signed = Signed();
        using var key = Issuer.GetECDsaPrivateKey()!;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(signed);
            WriteAlgorithm(writer);
            writer.WriteBitString(key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return writer.Encode();
    }

    private byte[] Signed()
    {
        var now = TestPki.Now;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            WriteAlgorithm(writer);
            writer.WriteEncodedValue(Issuer.SubjectName.RawData);
            writer.WriteUtcTime(now - Age);
            writer.WriteUtcTime(now + Left);
            if (Revoked.Length > 0)
                WriteEntries(writer, now);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                if (Number is { } number)
                    WriteExtension(writer, CrlNumber, critical: false, Integer(number));
                if (Extension is { } extension)
                    WriteExtension(writer, extension.Oid, extension.Critical, Integer(1));
                if (Number is null && Extension is null)
                    WriteExtension(writer, "1.2.3", critical: false, Integer(1));
            }
        }

        return writer.Encode();
    }

    private void WriteEntries(AsnWriter writer, DateTimeOffset now)
    {
        using var entries = writer.PushSequence();
        foreach (var certificate in Revoked)
        {
            using var entry = writer.PushSequence();
            writer.WriteInteger(certificate.SerialNumberBytes.Span);
            writer.WriteUtcTime(now - Age);
            if (EntryExtension is not { } extension)
                continue;
            using var extensions = writer.PushSequence();
            WriteExtension(writer, extension.Oid, extension.Critical, Integer(1));
        }
    }

    private static void WriteExtension(AsnWriter writer, string oid, bool critical, byte[] value)
    {
        using var extension = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        if (critical)
            writer.WriteBoolean(true);
        writer.WriteOctetString(value);
    }

    private static void WriteAlgorithm(AsnWriter writer)
    {
        using var algorithm = writer.PushSequence();
        writer.WriteObjectIdentifier(EcdsaSha256);
    }

    private static byte[] Integer(BigInteger value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteInteger(value);
        return writer.Encode();
    }
}

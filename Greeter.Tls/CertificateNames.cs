using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tls;

/// <summary>The names that a certificate is for: its subject alternative names (RFC 5280, section 4.2.1.6).</summary>
public static class CertificateNames
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string CommonNameAttribute = "2.5.4.3";

    // GeneralName's context tags.
    private const int Dns = 2;
    private const int Uri = 6;
    private const int Address = 7;

    /// <summary>The DNS names, IP addresses and URIs, in the certificate's order; empty where it has none.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate) => [.. Read(certificate).Select(name => name.Text)];

    /// <summary>The URIs, in the certificate's order.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static IReadOnlyList<string> Uris(X509Certificate2 certificate) => [.. Read(certificate).Where(name => name.Tag == Uri).Select(name => name.Text)];

    /// <summary>The DNS names, in the certificate's order.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static IReadOnlyList<string> DnsNames(X509Certificate2 certificate) => [.. Read(certificate).Where(name => name.Tag == Dns).Select(name => name.Text)];

    /// <summary>The subject's common name; null where it has none or several.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static string? CommonName(X509Certificate2 certificate)
    {
        var names = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameAttribute)
            .Select(part => part.GetSingleElementValue()).ToArray();
        return names is [{ Length: > 0 } name] ? name : null;
    }

    // The platform's X509SubjectAlternativeNameExtension lists DNS names and addresses, and no URIs.
    private static List<(int Tag, string Text)> Read(X509Certificate2 certificate)
    {
        var names = new List<(int, string)>();
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension)
            return names;
        try
        {
            var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (reader.HasData)
            {
                var tag = reader.PeekTag();
                if (tag.TagValue is Dns or Uri)
                    names.Add((tag.TagValue, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                else if (tag.TagValue is Address)
                    names.Add((tag.TagValue, new IPAddress(reader.ReadOctetString(tag)).ToString()));
                else
                    reader.ReadEncodedValue();
            }
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            names.Clear(); // A damaged extension names nobody.
        }

        return names;
    }
}

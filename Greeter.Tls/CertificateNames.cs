using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tls;

/// <summary>The names that a certificate is for: its subject alternative names (RFC 5280, section 4.2.1.6).</summary>
public static class CertificateNames
{
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>The DNS names, IP addresses and URIs, in the certificate's order; empty where it has none.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        var names = new List<string>();
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension)
            return names;
        try
        {
            // The platform's X509SubjectAlternativeNameExtension lists DNS names and addresses, and no URIs.
            var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (reader.HasData)
            {
                var tag = reader.PeekTag();
                if (tag.TagValue is 2 or 6)
                    names.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                else if (tag.TagValue is 7)
                    names.Add(new IPAddress(reader.ReadOctetString(tag)).ToString());
                else
                    reader.ReadEncodedValue();
            }
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            // A damaged extension names nobody.
            names.Clear();
        }

        return names;
    }
}

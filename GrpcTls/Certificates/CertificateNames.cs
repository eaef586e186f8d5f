using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>
/// The names that a certificate is for: its subject alternative names (RFC 5280, section 4.2.1.6). Where one of them is
/// damaged, or is nothing that such a name can be, the certificate names nobody: to take the rest, or the common name in
/// their place, would be a guess.
/// </summary>
public static class CertificateNames
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string CommonNameAttribute = "2.5.4.3";

    // GeneralName's context tags; 8, registeredID, is the last.
    private const int Mail = 1;
    private const int Dns = 2;
    private const int Uri = 6;
    private const int Address = 7;
    private const int Last = 8;

    /// <summary>The DNS names, IP addresses and URIs, in the certificate's order; empty where there are none, or damaged ones.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate) => Texts(certificate, Dns, Uri, Address);

    /// <summary>The URIs, in the certificate's order.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static IReadOnlyList<string> Uris(X509Certificate2 certificate) => Texts(certificate, Uri);

    /// <summary>The DNS names, in the certificate's order.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static IReadOnlyList<string> DnsNames(X509Certificate2 certificate) => Texts(certificate, Dns);

    /// <summary>Whether the names can be read, also where there are none. Where not, the certificate names nobody.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static bool AreReadable(X509Certificate2 certificate) => Read(certificate) is not null;

    /// <summary>The subject's common name; null where it has none or several, or cannot be read.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static string? CommonName(X509Certificate2 certificate) => Readable.OrNull(() =>
    {
        var names = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameAttribute)
            .Select(part => part.GetSingleElementValue()).ToArray();
        return names is [{ Length: > 0 } name] ? name : null;
    });

    private static string[] Texts(X509Certificate2 certificate, params int[] tags) =>
        [.. Read(certificate)?.Where(name => tags.Contains(name.Tag)).Select(name => name.Text) ?? []];

    // The platform's X509SubjectAlternativeNameExtension lists DNS names and addresses, and no URIs.
    private static List<(int Tag, string Text)>? Read(X509Certificate2 certificate) => Readable.OrNull(() =>
    {
        var extensions = certificate.Extensions.Where(extension => extension.Oid?.Value == SubjectAlternativeName).ToArray();
        return extensions switch
        {
            [] => [],
            [var one] => Read(one.RawData),
            _ => null, // RFC 5280, section 4.2: which of two would count?
        };
    });

    private static List<(int Tag, string Text)> Read(byte[] encoded)
    {
        var names = new List<(int, string)>();
        var outer = new AsnReader(encoded, AsnEncodingRules.DER);
        var reader = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        do
        {
            var tag = reader.PeekTag(); // Throws for a list without a name, which there may not be.
            if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue > Last)
                throw new AsnContentException();
            if (tag.TagValue is Mail or Dns or Uri)
                names.Add((tag.TagValue, Checked(tag.TagValue, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag))));
            else if (tag.TagValue is Address)
                names.Add((tag.TagValue, new IPAddress(reader.ReadOctetString(tag)).ToString()));
            else
                reader.ReadEncodedValue();
        }
        while (reader.HasData);
        return names;
    }

    // A NUL, a space or a line break in a name has fooled others before: what follows it is not seen by everybody.
    private static string Checked(int tag, string name) =>
        name.Length > 0 && name.All(c => tag == Dns ? char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '*' : c is > ' ' and <= '~')
            ? name
            : throw new AsnContentException();
}

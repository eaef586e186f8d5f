using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls.AspNetCore;

/// <summary>Reads who a client is from a certificate that the handshake has verified; nothing is verified again here.</summary>
internal static class CertificateCaller
{
    private const string Scheme = "spiffe://";

    /// <summary>
    /// The SPIFFE id, else the first DNS name, else the common name; null where the certificate names nobody, or more than one
    /// URI, or cannot be read.
    /// </summary>
    public static Caller? From(X509Certificate2 certificate)
    {
        try
        {
            return Find(certificate);
        }
        catch (CryptographicException)
        {
            return null; // A handshake lets no such certificate in; what reads it does not rely on that.
        }
    }

    private static Caller? Find(X509Certificate2 certificate)
    {
        // Names that cannot be read are not none: to go on to the common name would be what whoever damaged them wants.
        if (!CertificateNames.AreReadable(certificate))
            return null;

        // X.509-SVID, section 2: exactly one URI; with several it is not one, and which of them would count is anybody's guess.
        var uris = CertificateNames.Uris(certificate);
        if (uris.Count > 1)
            return null;
        if (uris is [var uri] && uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return IsSpiffeId(uri) ? Named(CallerKind.Spiffe, uri) : null;
        if (CertificateNames.DnsNames(certificate) is [var dns, ..])
            return Named(CallerKind.Dns, dns.ToLowerInvariant()); // RFC 4343: the case of letters says nothing.
        return CertificateNames.CommonName(certificate) is { } name ? Named(CallerKind.Cn, name) : null;

        Caller Named(CallerKind kind, string name) =>
            new(kind, name, certificate.GetCertHashString(HashAlgorithmName.SHA256), new DateTimeOffset(certificate.NotAfter));
    }

    /// <summary>
    /// SPIFFE-ID, section 2: a trust domain and a path of plain segments; no port, query, fragment or escapes. The trust domain
    /// alone is nobody: X.509-SVID, section 2 wants a path in a leaf.
    /// </summary>
    public static bool IsSpiffeId(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var parts = uri[Scheme.Length..].Split('/');
        return parts.Length > 1 && parts[0].Length > 0
            && parts[0].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_')
            && parts.Skip(1).All(part => part.Length > 0 && part is not ("." or "..")
                && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
    }
}

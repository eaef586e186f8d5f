using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>Which key a certificate has, and which key signed it: two authorities may share a name.</summary>
internal static class CertificateKeys
{
    /// <summary>The subject key identifier, or the hash that one is usually made of.</summary>
    public static string KeyId(X509Certificate2 certificate) =>
        Readable.OrNull(() => certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifier
            ?? new X509SubjectKeyIdentifierExtension(certificate.PublicKey, critical: false).SubjectKeyIdentifier)
        ?? Readable.Not;

    /// <summary>The identifier of the key that signed the certificate, where the certificate tells.</summary>
    public static string IssuerKeyId(X509Certificate2 certificate) =>
        Readable.OrNull(() => certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } id
            ? Convert.ToHexString(id.Span)
            : "unknown")
        ?? Readable.Not;

    public static bool SameName(X500DistinguishedName one, X500DistinguishedName other) =>
        one.RawData.AsSpan().SequenceEqual(other.RawData);

    public static bool IsSelfIssued(X509Certificate2 certificate) => SameName(certificate.SubjectName, certificate.IssuerName);
}

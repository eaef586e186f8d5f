using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>Makes the certificate of an authority, with its key.</summary>
internal static class AuthorityCertificate
{
    // Longer than any lesson, shorter than for ever. Replacing a root means touching every peer that trusts it, so it
    // must outlive its leaves by far; private roots are commonly made for ten years.
    private const int Years = 10;

    // NIST SP 800-57 part 1 ends RSA-2048 with the year 2030, which an authority of ten years outlives.
    private const int RsaBits = 3072;

    private const X509KeyUsageFlags Usage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    /// <summary>A root, which vouches for itself and for one level of issuing authorities.</summary>
    public static X509Certificate2 Root(string commonName, KeyKind kind, DateTimeOffset now) =>
        Create(commonName, kind, now, pathLength: 1, issuer: null);

    /// <summary>An issuing authority, which vouches for leaves only: path length 0 keeps it from making authorities.</summary>
    public static X509Certificate2 Issuing(string commonName, KeyKind kind, DateTimeOffset now, X509Certificate2 root) =>
        Create(commonName, kind, now, pathLength: 0, root);

    private static X509Certificate2 Create(string commonName, KeyKind kind, DateTimeOffset now, int pathLength, X509Certificate2? issuer)
    {
        using var key = SigningKey.Create(kind, RsaBits);
        using var issuerKey = issuer is null ? null : SigningKey.Of(issuer);
        var request = key.Request(Subject(commonName));
        var identifier = KeyIdentifiers.Subject(request.PublicKey);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLength));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(Usage, critical: true));
        request.CertificateExtensions.Add(identifier);
        request.CertificateExtensions.Add(issuer is null ? KeyIdentifiers.Issuer(identifier) : KeyIdentifiers.Issuer(issuer));

        using var certificate = (issuerKey ?? key).Sign(
            request, issuer?.SubjectName ?? request.SubjectName, now - LeafProfile.Backdating, now.AddYears(Years));
        return key.Join(certificate);
    }

    private static X500DistinguishedName Subject(string commonName)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(commonName);
        subject.AddOrganizationName("Greeter example");
        return subject.Build();
    }
}

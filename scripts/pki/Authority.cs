using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>
/// A root and its issuing intermediate, with its private key. Peers trust the root; the intermediate signs, so that
/// the root's key may lie in a safe, and chains are as long here as they are elsewhere.
/// </summary>
public sealed class Authority : IDisposable
{
    private Authority(X509Certificate2 root, X509Certificate2 issuing) => (Root, Issuing) = (root, issuing);

    public X509Certificate2 Root { get; }

    public X509Certificate2 Issuing { get; }

    /// <summary>What a peer needs in order to trust what this authority signs: the root alone, without any key.</summary>
    public string RootsPem => Root.ExportCertificatePem() + "\n";

    public static Authority Create(string name, KeyKind key, DateTimeOffset now)
    {
        var root = AuthorityCertificate.Root($"Greeter {name} root", key, now);
        return new Authority(root, AuthorityCertificate.Issuing($"Greeter {name} issuing", key, now, root));
    }

    /// <summary>Puts an authority together from three of the texts that it was written as; the root comes without its key.</summary>
    /// <exception cref="CryptographicException">A text is no PEM, the key fits no certificate, or the root did not sign.</exception>
    public static Authority FromPem(string rootPem, string issuingPem, string issuingKeyPem)
    {
        var authority = new Authority(CertificatePem.All(rootPem)[0], CertificatePem.WithKey(issuingPem, issuingKeyPem));
        if (TrustPath.Exists(authority.Issuing, [], authority.Root))
            return authority;
        authority.Dispose();
        throw new CryptographicException("the issuing certificate was not signed by the root");
    }

    /// <summary>Makes a key and a certificate for it, which never outlives the issuing one, whatever the profile says.</summary>
    public IssuedCertificate Issue(LeafProfile profile, DateTimeOffset now)
    {
        using var key = SigningKey.Create(profile.Key, profile.RsaBits);
        using var issuingKey = SigningKey.Of(Issuing);
        var request = key.Request(LeafExtensions.Subject(profile));
        foreach (var extension in LeafExtensions.Of(profile, request.PublicKey, Issuing))
            request.CertificateExtensions.Add(extension);

        // Verifiers check each certificate's dates by themselves: a leaf beyond its issuer fails all the same, but with
        // a date in it that promises otherwise.
        var end = new DateTimeOffset(Issuing.NotAfter);
        var notAfter = profile.NotAfter ?? now + profile.Lifetime;
        using var certificate = issuingKey.Sign(
            request, Issuing.SubjectName, profile.NotBefore ?? now - LeafProfile.Backdating, notAfter < end ? notAfter : end);
        return new IssuedCertificate(key.Join(certificate), Issuing, key.ToPem());
    }

    public void Dispose()
    {
        Root.Dispose();
        Issuing.Dispose();
    }
}

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

/// <summary>The two extensions by which a verifier finds the issuer of a certificate when several carry the same name.</summary>
internal static class KeyIdentifiers
{
    // RFC 7093, method 1: SHA-256 cut to 160 bits. It is only a label, but a SHA-1 would raise the question.
    public static X509SubjectKeyIdentifierExtension Subject(PublicKey key) =>
        new(key, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, critical: false);

    public static X509AuthorityKeyIdentifierExtension Issuer(X509Certificate2 issuer) =>
        Issuer(issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single());

    public static X509AuthorityKeyIdentifierExtension Issuer(X509SubjectKeyIdentifierExtension issuer) =>
        X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuer);
}

using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

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

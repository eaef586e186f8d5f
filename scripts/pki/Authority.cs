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

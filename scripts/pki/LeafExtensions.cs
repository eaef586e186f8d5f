using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>A profile, put into the words of X.509 (RFC 5280, section 4.2).</summary>
internal static class LeafExtensions
{
    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2");

    public static X500DistinguishedName Subject(LeafProfile profile)
    {
        var subject = new X500DistinguishedNameBuilder();
        if (profile.CommonName.Length > 0)
            subject.AddCommonName(profile.CommonName);
        return subject.Build();
    }

    public static IEnumerable<X509Extension> Of(LeafProfile profile, PublicKey key, X509Certificate2 issuer)
    {
        yield return X509BasicConstraintsExtension.CreateForEndEntity(critical: true);
        yield return new X509KeyUsageExtension(KeyUsage(profile), critical: true);
        if (Purposes(profile) is { Count: > 0 } purposes)
            yield return new X509EnhancedKeyUsageExtension(purposes, critical: false);
        yield return KeyIdentifiers.Subject(key);
        yield return KeyIdentifiers.Issuer(issuer);
        if (profile.DnsNames.Count + profile.IPAddresses.Count + profile.Uris.Count > 0)
            yield return AlternativeNames(profile);
    }

    // RSA key exchange, which TLS 1.2 may still choose, lets the client encrypt to the server's key. Nothing else does.
    private static X509KeyUsageFlags KeyUsage(LeafProfile profile) => profile is { Key: KeyKind.Rsa, ServerAuth: true }
        ? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment
        : X509KeyUsageFlags.DigitalSignature;

    private static OidCollection Purposes(LeafProfile profile)
    {
        var purposes = new OidCollection();
        if (profile.ServerAuth)
            purposes.Add(ServerAuth);
        if (profile.ClientAuth)
            purposes.Add(ClientAuth);
        return purposes;
    }

    private static X509Extension AlternativeNames(LeafProfile profile)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in profile.DnsNames)
            names.AddDnsName(name);
        foreach (var address in profile.IPAddresses)
            names.AddIpAddress(address);
        foreach (var uri in profile.Uris)
            names.AddUri(uri);
        // RFC 5280, 4.2.1.6: critical only where there is no subject, since then nothing else says whose it is.
        return names.Build(critical: profile.CommonName.Length == 0);
    }
}

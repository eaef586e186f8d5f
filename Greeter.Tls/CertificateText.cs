using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tls;

/// <summary>A certificate in one line.</summary>
public static class CertificateText
{
    /// <summary>Subject, names, dates, key and issuer.</summary>
    /// <param name="certificate">The certificate to describe.</param>
    public static string Describe(X509Certificate2 certificate)
    {
        var names = CertificateNames.Of(certificate);
        return $"{certificate.Subject}{(names.Count == 0 ? "" : $" for {string.Join(", ", names)}")}, "
            + $"{certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}, {Key(certificate)}, from {certificate.Issuer}";
    }

    /// <summary>The kind and size of the certificate's key, for example "ECDSA P-256".</summary>
    /// <param name="certificate">The certificate to describe.</param>
    public static string Key(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = certificate.GetECDsaPublicKey();
        return rsa is not null ? $"RSA-{rsa.KeySize}" : ecdsa is not null ? $"ECDSA P-{ecdsa.KeySize}" : certificate.PublicKey.Oid.FriendlyName ?? "unknown key";
    }
}

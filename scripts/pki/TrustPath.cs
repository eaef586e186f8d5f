using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>Whether a certificate leads to a root. It asks who signed what, not what time it is: old certificates may be renewed.</summary>
internal static class TrustPath
{
    public static bool Exists(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2 root)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        // The default is Online. These authorities publish no revocation list, and nothing is fetched to make files.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}

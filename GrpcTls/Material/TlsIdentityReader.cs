using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>Turns the texts of a chain and a key into an identity, and tells apart the ways in which they do not fit.</summary>
internal static class TlsIdentityReader
{
    /// <param name="chainText">The chain.</param>
    /// <param name="keyText">The private key.</param>
    /// <param name="passwordFile">Where the password came from; null for nowhere.</param>
    /// <param name="passwordSetting">What the setting is called that names that file.</param>
    /// <param name="password">What opens the key; null for nothing.</param>
    /// <exception cref="TlsException">The chain or the key is unusable, or they do not belong together.</exception>
    public static TlsIdentity Read(
        PemText chainText, PemText keyText, TlsFile? passwordFile, string passwordSetting, string? password)
    {
        var chain = chainText.Certificates();
        var needed = KeyName(chain[0]) ?? throw new TlsException(TlsProblems.KeyAlgorithmUnsupported.With(
            ("subject", chain[0].Subject), ("chain", chainText.File.Path),
            ("algorithm", chain[0].PublicKey.Oid.FriendlyName ?? chain[0].PublicKey.Oid.Value)));
        var key = ReadKey(keyText, passwordFile, passwordSetting, password);

        var position = 1 + chain.ToList().FindIndex(certificate => Fits(certificate, key));
        return position switch
        {
            1 => Make(chainText, chain, key),
            0 => throw new TlsException(keyText.File.About(TlsProblems.KeyMismatch).With(
                ("key", $"an {CertificateText.KeyName(key)} key"), ("subject", chain[0].Subject),
                ("chain", chainText.File.Path), ("needed", $"another {needed} key"))),
            _ => throw new TlsException(chainText.File.About(TlsProblems.ChainOrder).With(
                ("first", chain[0].Subject), ("position", position), ("subject", chain[position - 1].Subject))),
        };
    }

    // Put together like for a handshake, which is too late to find out that it cannot be.
    private static TlsIdentity Make(PemText text, X509Certificate2Collection chain, AsymmetricAlgorithm key)
    {
        try
        {
            var identity = new TlsIdentity(chain, key);
            SslStreamCertificateContext.Create(identity.Certificate, identity.Intermediates, offline: true);
            return identity;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw text.Unusable(1, e);
        }
    }

    private static AsymmetricAlgorithm ReadKey(PemText text, TlsFile? passwordFile, string passwordSetting, string? password)
    {
        if (text.HasLegacyEncryption)
            throw new TlsException(text.File.About(TlsProblems.KeyLegacyEncryption));
        var label = text.KeyLabel ?? throw new TlsException(text.Missing(TlsProblems.KeyMissing));
        var encrypted = label.StartsWith("ENCRYPTED", StringComparison.Ordinal);
        if (encrypted && password is null)
            throw new TlsException(text.File.About(TlsProblems.KeyEncrypted).With(("passwordSetting", passwordSetting)));

        return Import<ECDsa>(ECDsa.Create(), text, encrypted, password)
            ?? Import<RSA>(RSA.Create(), text, encrypted, password)
            ?? throw new TlsException(encrypted
                ? text.File.About(TlsProblems.KeyPasswordWrong).With(
                    ("passwordPath", passwordFile?.Path), ("passwordSetting", passwordSetting))
                : text.File.About(TlsProblems.KeyMalformed).With(("label", label)));
    }

    // The algorithm of a PKCS#8 key stands inside it, so the two kinds are tried in turn. What the platform says when a
    // kind does not fit is not passed on: its texts name three causes at once and could be about key bytes.
    private static AsymmetricAlgorithm? Import<TKey>(TKey key, PemText text, bool encrypted, string? password)
        where TKey : AsymmetricAlgorithm
    {
        try
        {
            if (encrypted)
                text.ImportEncryptedKey(key, password!);
            else
                text.ImportKey(key);
            key.ExportSubjectPublicKeyInfo(); // A key that cannot say what it opens is of no use.
            return key;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            key.Dispose();
            return null;
        }
    }

    private static bool Fits(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());

    private static string? KeyName(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey() ?? certificate.GetRSAPublicKey();
        return key is null ? null : CertificateText.KeyName(key);
    }
}

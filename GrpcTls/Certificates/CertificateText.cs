using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>A certificate in one line. What a stranger put into it may be damaged: such a part is said to be unreadable.</summary>
public static class CertificateText
{
    /// <summary>Subject, names, dates, key and issuer.</summary>
    /// <param name="certificate">The certificate to describe.</param>
    public static string Describe(X509Certificate2 certificate)
    {
        var names = CertificateNames.AreReadable(certificate)
            ? PeerText.List(CertificateNames.Of(certificate))
            : $"{Readable.Not} names";
        return $"{Subject(certificate)}{(names.Length == 0 ? "" : $" for {names}")}, "
            + $"{Dates(certificate)}, {Key(certificate)}, from {Issuer(certificate)}";
    }

    /// <summary>The kind and size of the certificate's key, for example "ECDSA P-256".</summary>
    /// <param name="certificate">The certificate to describe.</param>
    public static string Key(X509Certificate2 certificate) => Readable.OrNull(() => ReadKey(certificate)) ?? $"{Readable.Not} key";

    internal static string Subject(X509Certificate2 certificate) =>
        Readable.OrNull(() => PeerText.Printable(certificate.Subject)) ?? $"{Readable.Not} subject";

    internal static string Issuer(X509Certificate2 certificate) =>
        Readable.OrNull(() => PeerText.Printable(certificate.Issuer)) ?? $"{Readable.Not} issuer";

    private static string Dates(X509Certificate2 certificate) =>
        (Readable.Date(() => certificate.NotBefore), Readable.Date(() => certificate.NotAfter)) is ({ } begin, { } end)
            ? string.Create(CultureInfo.InvariantCulture, $"{begin.UtcDateTime:yyyy-MM-dd} to {end.UtcDateTime:yyyy-MM-dd}")
            : $"{Readable.Not} dates";

    private static string ReadKey(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetRSAPublicKey() ?? certificate.GetECDsaPublicKey();
        return key is null ? certificate.PublicKey.Oid.FriendlyName ?? "unknown key" : KeyName(key);
    }

    internal static string KeyName(AsymmetricAlgorithm key) => key is RSA ? $"RSA-{key.KeySize}" : $"ECDSA P-{key.KeySize}";
}

using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>Writes the list of the certificates that an authority has taken back (RFC 5280, section 5).</summary>
public static class RevokedList
{
    /// <summary>
    /// How long a list is good for. A server refuses clients when it is out of date, so that holding back the newest list
    /// gains nobody more than this; short enough to matter, long enough for a holiday week.
    /// </summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>A list with everything that the earlier one had, and more.</summary>
    /// <param name="issuing">The authority that issued the certificates, with its key.</param>
    /// <param name="earlierPem">The list to go on from; null for the first.</param>
    /// <param name="revoked">The certificates to take back; none to make the same list anew.</param>
    /// <param name="now">When.</param>
    /// <param name="lifetime">How long it is good for; null for <see cref="Lifetime"/>.</param>
    /// <exception cref="CryptographicException">The earlier list cannot be read.</exception>
    public static string ToPem(
        X509Certificate2 issuing, string? earlierPem, IEnumerable<X509Certificate2> revoked, DateTimeOffset now, TimeSpan? lifetime = null)
    {
        var number = BigInteger.Zero;
        var list = earlierPem is null
            ? new CertificateRevocationListBuilder()
            : CertificateRevocationListBuilder.LoadPem(earlierPem, out number);
        foreach (var certificate in revoked)
        {
            list.RemoveEntry(certificate.SerialNumberBytes.Span); // Twice is once.
            list.AddEntry(certificate, now);
        }

        var bytes = list.Build(
            issuing, number + 1, now + (lifetime ?? Lifetime), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1,
            now - LeafProfile.Backdating);
        return PemEncoding.WriteString("X509 CRL", bytes) + "\n";
    }
}

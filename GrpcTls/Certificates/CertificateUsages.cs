using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>What a certificate may be used for: its extended key usages (RFC 5280, section 4.2.1.12).</summary>
public static class CertificateUsages
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    /// <summary>Their short names; empty where the certificate has none, which allows every use; "unreadable" for damaged ones.</summary>
    /// <param name="certificate">The certificate to read.</param>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate) => Readable.OrNull(() => Read(certificate)) ?? [Readable.Not];

    /// <summary>Whether the certificate may be used at that end of a connection; not where its usages are damaged.</summary>
    /// <param name="certificate">The certificate to read.</param>
    /// <param name="side">The end that shows it.</param>
    public static bool Allow(X509Certificate2 certificate, TlsSide side)
    {
        var usages = Of(certificate);
        return usages.Count == 0 || usages.Contains(side == TlsSide.Server ? "serverAuth" : "clientAuth");
    }

    private static string[] Read(X509Certificate2 certificate) =>
    [
        .. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>())
            .Select(usage => usage.Value switch { ServerAuth => "serverAuth", ClientAuth => "clientAuth", var other => other! }),
    ];
}

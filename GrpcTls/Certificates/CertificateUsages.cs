using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>The two ends of a handshake.</summary>
public enum TlsSide
{
    /// <summary>The one that connects.</summary>
    Client,

    /// <summary>The one that listens.</summary>
    Server,
}

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
        return usages.Count == 0 || usages.Contains(Needed(side));
    }

    /// <summary>The problem of a certificate that is for the other end; null for none.</summary>
    /// <param name="certificate">The certificate to read.</param>
    /// <param name="side">The end that shows it.</param>
    /// <param name="inWords">False for the catalogue's entry alone, its places empty.</param>
    public static TlsProblem? Check(X509Certificate2 certificate, TlsSide side, bool inWords = true) =>
        Allow(certificate, side) ? null : Wrong(certificate, side, () => PeerText.List(Of(certificate)), Needed(side), inWords);

    /// <summary>The problem of a certificate that is not for what it is used for.</summary>
    internal static TlsProblem Wrong(X509Certificate2 certificate, TlsSide side, Func<string> usages, string needed, bool inWords) =>
        (side == TlsSide.Server ? TlsProblems.ServerCertificateUsage : TlsProblems.ClientCertificateUsage)
            .WithIf(inWords, () => [("subject", CertificateText.Subject(certificate)), ("usages", usages()), ("needed", needed)]);

    private static string Needed(TlsSide side) => side == TlsSide.Server ? "serverAuth" : "clientAuth";

    private static string[] Read(X509Certificate2 certificate) =>
    [
        .. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>())
            .Select(usage => usage.Value switch { ServerAuth => "serverAuth", ClientAuth => "clientAuth", var other => other! }),
    ];
}

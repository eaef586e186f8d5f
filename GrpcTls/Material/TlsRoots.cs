using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>Whom this process trusts: the authorities that may vouch for the other side.</summary>
public sealed class TlsRoots
{
    private TlsRoots(X509Certificate2Collection certificates, bool isSystem)
    {
        Certificates = certificates;
        IsSystem = isSystem;
        Pem = isSystem ? null : string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n"));
    }

    /// <summary>The operating system's own list: right for public certificates, for example from Let's Encrypt.</summary>
    public static TlsRoots System { get; } = new([], isSystem: true);

    /// <summary>Whether this stands for the operating system's own list.</summary>
    public bool IsSystem { get; }

    /// <summary>The certificates; empty for <see cref="System"/>.</summary>
    public X509Certificate2Collection Certificates { get; }

    /// <summary>The certificates as PEM text; null for <see cref="System"/>.</summary>
    public string? Pem { get; }

    /// <summary>The subjects, those of a long list in part, or a word for the operating system's list.</summary>
    public override string ToString() =>
        IsSystem ? "the operating system's authorities" : PeerText.List([.. Certificates.Select(certificate => certificate.Subject)], "; ");

    /// <exception cref="TlsException">The text cannot be used, or holds no certificate that trust could start at.</exception>
    internal static TlsRoots From(PemText text)
    {
        var certificates = text.Certificates();
        if (certificates.Any(CertificateKeys.IsSelfIssued))
            return new TlsRoots(certificates, isSystem: false);

        // Other stacks take these as roots; .NET starts at self-signed certificates only, and would refuse every peer.
        var isLeaf = !certificates.Any(certificate =>
            certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(basic => basic.CertificateAuthority));
        throw new TlsException(text.File.About(isLeaf ? TlsProblems.TrustsLeaf : TlsProblems.TrustsOnlyIntermediate).With(
            ("subjects", string.Join("; ", certificates.Select(certificate => certificate.Subject))),
            ("issuers", string.Join("; ", certificates.Select(certificate => certificate.Issuer).Distinct()))));
    }

    /// <summary>How many authorities the operating system's list has; 0 also where the list cannot be read.</summary>
    internal static int CountOfSystem()
    {
        try
        {
            using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
            return store.Certificates.Count;
        }
        catch (CryptographicException)
        {
            return 0;
        }
    }
}

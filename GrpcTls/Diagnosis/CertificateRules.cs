using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>
/// What we ask of a peer's certificates beyond the platform, which takes SHA-1, an authority in the place of a client, and a common
/// name for a host's. They only refuse: RFC 5280 for the form, X.509-SVID and CA/Browser Forum for what a leaf is, OpenSSL's
/// security level 2 for the strength.
/// </summary>
/// <param name="peer">The end that showed the certificate.</param>
/// <param name="inWords">False for the catalogue's entries alone: see <see cref="PeerDiagnosis"/>.</param>
internal sealed class CertificateRules(TlsSide peer, bool inWords = true)
{
    private const int LongestSerial = 20; // RFC 5280, section 4.1.2.2.
    private const X509KeyUsageFlags Signs = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    private bool IsServer => peer == TlsSide.Server;

    /// <summary>All that is wrong, from the leaf upwards.</summary>
    /// <param name="chain">From the peer's own certificate to the root, or as far as it goes.</param>
    public IEnumerable<TlsProblem> Check(IReadOnlyList<X509Certificate2> chain) =>
        chain.Select((certificate, index) => Check(certificate, isLeaf: index == 0, isLast: index == chain.Count - 1)).OfType<TlsProblem>();

    /// <summary>Whether each part that anybody looks at can be read.</summary>
    public static bool CanRead(X509Certificate2 certificate) =>
        Readable.OrNull(() => CertificateParts.Of(certificate)) is not null && CertificateNames.AreReadable(certificate);

    /// <summary>The problem of a server's certificate that carries the name in its common name alone; null for none.</summary>
    /// <param name="certificate">What the server showed.</param>
    /// <param name="name">The name that was asked for; null where it is not known, then any will do.</param>
    public static TlsProblem? CheckName(X509Certificate2 certificate, string? name)
    {
        // RFC 9525, section 2: the common name is not looked at. The platform does, where there is no DNS name or no address.
        var matches = name is null
            ? CertificateNames.Of(certificate).Count > 0
            : Readable.OrNull(() => certificate.MatchesHostname(name, allowCommonName: false) ? name : null) is not null;
        return matches ? null : PeerDiagnosis.Name(certificate, name);
    }

    /// <summary>The problem of a certificate that cannot be read, or is of no form that it may have.</summary>
    public TlsProblem Malformed(string subject, string fault) =>
        (IsServer ? TlsProblems.ServerCertificateMalformed : TlsProblems.ClientCertificateMalformed)
            .WithIf(inWords, () => [("subject", subject), ("fault", fault)]);

    private TlsProblem? Check(X509Certificate2 certificate, bool isLeaf, bool isLast)
    {
        try
        {
            // A root is trusted for its key; whatever else is in it, and how it signed itself, proves nothing.
            var isRoot = isLast && CertificateKeys.IsSelfIssued(certificate);
            var parts = CertificateParts.Of(certificate);
            if ((isLeaf || !isRoot) && Fault(certificate, parts, isLeaf) is { } fault)
                return Malformed(CertificateText.Subject(certificate), fault);
            if (isLeaf && CheckLeaf(certificate, parts, isPinned: isRoot && IsServer) is { } usage)
                return usage;
            var weakness = CertificateStrength.OfKey(parts) ?? (isRoot ? null : CertificateStrength.OfSignature(parts));
            return weakness is null ? null : (IsServer ? TlsProblems.ServerCertificateWeak : TlsProblems.ClientCertificateWeak)
                .WithIf(inWords, () => [("subject", CertificateText.Subject(certificate)), ("weakness", weakness)]);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var fault = e is FormatException ? e.Message : "its key or signature cannot be read";
            return Malformed(CertificateText.Subject(certificate), fault);
        }
    }

    private static string? Fault(X509Certificate2 certificate, CertificateParts parts, bool isLeaf)
    {
        var serial = parts.Serial.Span;
        if (serial.Length > LongestSerial || serial[0] >= 0x80 || serial is [0])
            return "its serial number is not a positive number of 20 bytes at the most (RFC 5280, section 4.1.2.2)";
        if (isLeaf && parts.Version != 3)
            return $"it is of version {parts.Version}, which cannot say what it is for (RFC 5280, section 4.1.2.1)";
        return CertificateNames.AreReadable(certificate) ? null : "its names (subjectAltName) cannot be read (RFC 5280, section 4.2.1.6)";
    }

    // A server's certificate that the client trusts by itself may be an authority's: that is what openssl req -x509 makes.
    private TlsProblem? CheckLeaf(X509Certificate2 certificate, CertificateParts parts, bool isPinned)
    {
        if (CertificateUsages.Check(certificate, peer, inWords) is { } wrong)
            return wrong;
        if ((parts.IsAuthority || (parts.Usages & Signs) > 0) && !isPinned)
            return Usage(certificate, "signing other certificates (an authority)", "a certificate of its own");

        // TLS 1.3, and every cipher that HTTP/2 allows in TLS 1.2, prove the key by a signature.
        return parts.Usages is { } usages && !usages.HasFlag(X509KeyUsageFlags.DigitalSignature) && !isPinned
            ? Usage(certificate, $"{usages} (its key usage)", "digitalSignature")
            : null;
    }

    private TlsProblem Usage(X509Certificate2 certificate, string usages, string needed) =>
        CertificateUsages.Wrong(certificate, peer, () => usages, needed, inWords);
}

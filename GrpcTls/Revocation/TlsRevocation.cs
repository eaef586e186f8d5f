using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>
/// Whom the authorities have taken back. A list counts for a certificate if the certificate's own issuer signed it; a
/// certificate is revoked if any of these names it, and the newest of them says whether they are current. A look-up costs
/// the same for ten entries as for a million.
/// </summary>
public sealed class TlsRevocation
{
    /// <summary>How far an authority's clock may be ahead of ours: Kerberos' usual tolerance.</summary>
    internal static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly RevocationFailure _failure;
    private readonly TimeProvider _time;

    // Whose signature is on which list is found out once for each authority, not in each handshake.
    private readonly ConcurrentDictionary<string, RevocationList[]> _byAuthority = new();

    internal TlsRevocation(IReadOnlyList<RevocationList> lists, RevocationFailure failure, TimeProvider? time = null) =>
        (Lists, _failure, _time) = (lists, failure, time ?? TimeProvider.System);

    internal IReadOnlyList<RevocationList> Lists { get; }

    /// <summary>Why a chain that the platform has accepted is refused; null where it is not.</summary>
    /// <param name="chain">The chain, from the peer's certificate to the root.</param>
    public TlsProblem? Check(X509Chain chain)
    {
        var certificates = chain.ChainElements.Select(element => element.Certificate).ToArray();

        // A root cannot be taken back by a list that it signs itself; it is removed from the roots.
        for (var i = 0; i < certificates.Length - 1; i++)
        {
            if (Check(certificates[i], certificates[i + 1], isLeaf: i == 0) is { } problem)
                return problem;
        }

        return null;
    }

    private TlsProblem? Check(X509Certificate2 certificate, X509Certificate2 issuer, bool isLeaf)
    {
        var lists = _byAuthority.GetOrAdd(issuer.Thumbprint, _ => Of(issuer));
        if (Array.Find(lists, list => list.Contains(certificate)) is { } naming)
        {
            return TlsProblems.ClientCertificateRevoked.With(
                ("subject", certificate.Subject), ("serial", certificate.SerialNumber), ("path", naming.File.Path));
        }

        // Intermediates are rarely listed: for them a list is used where there is one, and not asked for.
        if (_failure == RevocationFailure.Soft || (lists.Length == 0 && !isLeaf))
            return null;
        if (lists.Length == 0)
        {
            return TlsProblems.RevocationUnknown.With(
                ("subject", certificate.Subject), ("issuer", issuer.Subject),
                ("lists", string.Join("; ", Lists.Select(each => $"{each.File.Path} of {each.Issuer.Name}"))));
        }

        var now = _time.GetUtcNow();
        if (Array.Find(lists, list => list.ThisUpdate <= now + ClockSkew) is not { } newest)
        {
            return TlsProblems.RevocationListNotYetValid.With(
                ("path", lists[^1].File.Path), ("thisUpdate", lists[^1].ThisUpdate), ("now", now), ("subject", certificate.Subject));
        }

        return now <= newest.NextUpdate ? null : TlsProblems.RevocationListExpired.With(
            ("path", newest.File.Path), ("nextUpdate", newest.NextUpdate), ("now", now), ("subject", certificate.Subject));
    }

    // Those that the authority has signed, the newest first.
    private RevocationList[] Of(X509Certificate2 issuer) =>
    [
        .. Lists.Where(list => CertificateKeys.SameName(list.Issuer, issuer.SubjectName) && list.IsSignedBy(issuer))
            .OrderByDescending(list => list.ThisUpdate),
    ];
}

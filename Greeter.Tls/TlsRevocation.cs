using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tls;

/// <summary>
/// Whom the authorities have taken back. A list counts for a certificate if the certificate's own issuer signed it; a
/// look-up costs the same for ten entries as for a million.
/// </summary>
public sealed class TlsRevocation
{
    private readonly IReadOnlyList<RevocationList> _lists;
    private readonly RevocationMode _mode;
    private readonly TimeProvider _time;

    // Whose signature is on which list is found out once for each authority, not in each handshake.
    private readonly ConcurrentDictionary<string, RevocationList?> _byAuthority = new();

    internal TlsRevocation(IReadOnlyList<RevocationList> lists, RevocationMode mode, TimeProvider? time = null) =>
        (_lists, _mode, _time) = (lists, mode, time ?? TimeProvider.System);

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
        var list = _byAuthority.GetOrAdd(issuer.Thumbprint, _ => Find(issuer));
        if (list?.Contains(certificate) == true)
            return TlsProblems.ClientCertificateRevoked.With(("subject", certificate.Subject), ("serial", certificate.SerialNumber), ("path", list.File.Path));

        // Intermediates are rarely listed: for them a list is used where there is one, and not asked for.
        if (_mode == RevocationMode.Open || (list is null && !isLeaf))
            return null;
        if (list is null)
        {
            return TlsProblems.RevocationUnknown.With(
                ("subject", certificate.Subject), ("issuer", issuer.Subject), ("lists", string.Join("; ", _lists.Select(each => $"{each.File.Path} of {each.Issuer.Name}"))));
        }

        return _time.GetUtcNow() <= list.NextUpdate ? null : TlsProblems.RevocationListExpired.With(
            ("path", list.File.Path), ("nextUpdate", list.NextUpdate), ("now", _time.GetUtcNow()), ("subject", certificate.Subject));
    }

    // The newest of those that the authority has signed.
    private RevocationList? Find(X509Certificate2 issuer) => _lists
        .Where(list => CertificateKeys.SameName(list.Issuer, issuer.SubjectName) && list.IsSignedBy(issuer))
        .MaxBy(list => list.NextUpdate);
}

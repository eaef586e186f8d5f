using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>
/// Says in words why the platform refused a peer's certificate. It only explains: whether the peer is refused was
/// decided before, by the platform.
/// </summary>
/// <param name="peer">The end that showed the certificate.</param>
/// <param name="roots">Whom this end trusts.</param>
/// <param name="now">The time by this end's clock.</param>
/// <param name="inWords">
/// False for the catalogue's entries alone, their places empty: what a stranger shows may be 100 kB, and texts are made of it
/// only where somebody reads them.
/// </param>
public sealed class PeerDiagnosis(TlsSide peer, TlsRoots roots, DateTimeOffset now, bool inWords = true)
{
    // A chain may have a hundred certificates (OpenSSL's depth limit), each of which has expired.
    private const int MostProblems = 5;

    private readonly CertificateRules _rules = new(peer, inWords);

    private bool IsServer => peer == TlsSide.Server;

    private string Trusted => roots.ToString();

    /// <summary>What is wrong, the decisive first: trust, then time (of a few certificates), then usage, then name.</summary>
    /// <param name="certificate">What the peer showed; null for nothing.</param>
    /// <param name="chain">What the platform built of it; null where there was nothing to build.</param>
    /// <param name="errors">What the platform said.</param>
    /// <param name="askedName">The name that the certificate had to carry; null where names do not matter.</param>
    public IReadOnlyList<TlsProblem> Explain(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string? askedName)
    {
        if (certificate is null)
            return IsServer ? [] : [Say(TlsProblems.ClientCertificateMissing, () => [("accepted", Trusted)])];
        try
        {
            return Find(certificate, chain, errors, askedName);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return [Unreadable(peer, e)]; // What a stranger shows must not end whom it is shown to.
        }
    }

    /// <summary>The problem of a certificate over which something threw: the platform, or we.</summary>
    /// <param name="peer">The end that showed the certificate.</param>
    /// <param name="failure">What was thrown.</param>
    public static TlsProblem Unreadable(TlsSide peer, Exception failure) =>
        new CertificateRules(peer).Malformed("what was shown", $"it cannot be read ({failure.GetBaseException().Message.TrimEnd('.')})");

    private List<TlsProblem> Find(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors, string? askedName)
    {
        X509Certificate2[] elements = chain is { ChainElements.Count: > 0 }
            ? [.. chain.ChainElements.Select(element => element.Certificate)]
            : [certificate];
        var statuses = chain?.ChainElements.SelectMany(element => element.ChainElementStatus).Concat(chain.ChainStatus).ToArray() ?? [];
        var problems = new List<TlsProblem>();
        var isUntrusted = errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);

        // Of what cannot be read the platform builds no chain: what it says of trust then is beside the point.
        if (isUntrusted && elements.All(CertificateRules.CanRead))
        {
            problems.AddRange(Trust(elements, statuses));
            problems.AddRange(elements.Select(Time).OfType<TlsProblem>().Take(MostProblems));
        }

        problems.AddRange(_rules.Check(elements).Take(MostProblems));
        if (isUntrusted && problems.Count == 0)
            problems.Add(Other(certificate, statuses));

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            problems.Add(Name(certificate, askedName));
        return problems;
    }

    /// <summary>What is wrong with the dates of a certificate; null for nothing, and for dates that cannot be read.</summary>
    /// <param name="certificate">The certificate to look at.</param>
    public TlsProblem? Time(X509Certificate2 certificate)
    {
        if (Readable.Date(() => certificate.NotAfter) is { } notAfter && notAfter < now)
        {
            return Say(IsServer ? TlsProblems.ServerCertificateExpired : TlsProblems.ClientCertificateExpired, () =>
                [("subject", CertificateText.Subject(certificate)), ("notAfter", notAfter), ("now", now)]);
        }

        if (Readable.Date(() => certificate.NotBefore) is { } notBefore && notBefore > now)
        {
            return Say(IsServer ? TlsProblems.ServerCertificateNotYetValid : TlsProblems.ClientCertificateNotYetValid, () =>
                [("subject", CertificateText.Subject(certificate)), ("notBefore", notBefore), ("now", now)]);
        }

        return null;
    }

    internal static TlsProblem Name(X509Certificate2 certificate, string? askedName)
    {
        var names = CertificateNames.Of(certificate);
        var otherwise = CertificateNames.AreReadable(certificate) ? "no name at all" : "names that cannot be read";
        return TlsProblems.ServerNameMismatch.With(
            ("asked", askedName),
            ("names", names.Count > 0 ? PeerText.List(names) : $"{otherwise} (its subject is {CertificateText.Subject(certificate)})"));
    }

    private TlsProblem Say(TlsProblem entry, Func<IEnumerable<(string Name, object? Value)>> values) => entry.WithIf(inWords, values);

    private IEnumerable<TlsProblem> Trust(X509Certificate2[] elements, X509ChainStatus[] statuses)
    {
        const X509ChainStatusFlags Untrusted =
            X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid;
        if (!statuses.Any(status => (status.Status & Untrusted) != 0))
            return [];

        var leaf = elements[0];
        var last = elements[^1];
        var rekeyed = roots.Certificates.FirstOrDefault(root => CertificateKeys.SameName(root.SubjectName, last.IssuerName));
        if (rekeyed is not null && CertificateKeys.KeyId(rekeyed) != CertificateKeys.IssuerKeyId(last))
        {
            // The chain would be whole if the key were the same.
            return [Say(IsServer ? TlsProblems.ServerAuthorityRekeyed : TlsProblems.ClientAuthorityRekeyed, () =>
            [
                ("subject", CertificateText.Subject(leaf)), ("authority", CertificateText.Subject(rekeyed)),
                ("signed", PeerText.Printable(CertificateKeys.IssuerKeyId(last))), ("trusted", CertificateKeys.KeyId(rekeyed)),
            ])];
        }

        if (roots.IsSystem && TlsRoots.CountOfSystem() == 0)
        {
            return [TlsProblems.SystemRootsEmpty.With(
                ("file", Environment.GetEnvironmentVariable("SSL_CERT_FILE") ?? "not set"),
                ("folder", Environment.GetEnvironmentVariable("SSL_CERT_DIR") ?? "not set"))];
        }

        if (CertificateKeys.SameName(leaf.SubjectName, leaf.IssuerName))
        {
            return [Say(IsServer ? TlsProblems.ServerSelfSigned : TlsProblems.ClientSelfSigned, () =>
                [("subject", CertificateText.Subject(leaf)), ("trusted", Trusted), ("accepted", Trusted)])];
        }

        if (elements.Length == 1)
        {
            return [Say(IsServer ? TlsProblems.ServerIntermediateMissing : TlsProblems.ClientIntermediateMissing, () =>
            [
                ("subject", CertificateText.Subject(leaf)), ("issuer", CertificateText.Issuer(leaf)),
                ("trusted", Trusted), ("accepted", Trusted),
            ])];
        }

        return [Say(IsServer ? TlsProblems.ServerAuthorityUnknown : TlsProblems.ClientAuthorityUnknown, () =>
        [
            ("subject", CertificateText.Subject(leaf)), ("authority", CertificateText.Issuer(last)),
            ("trusted", Trusted), ("accepted", Trusted),
        ])];
    }

    private TlsProblem Other(X509Certificate2 certificate, X509ChainStatus[] statuses) =>
        Say(IsServer ? TlsProblems.ServerCertificateInvalid : TlsProblems.ClientCertificateInvalid, () =>
        [
            ("subject", CertificateText.Subject(certificate)), ("issuer", CertificateText.Issuer(certificate)),
            ("statuses", PeerText.List([.. statuses.Select(status => $"{status.Status} ({status.StatusInformation.Trim()})").Distinct()])),
        ]);
}

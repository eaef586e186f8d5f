using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tls;

/// <summary>
/// Says in words why the platform refused a peer's certificate. It only explains: whether the peer is refused was
/// decided before, by the platform.
/// </summary>
/// <param name="peer">The end that showed the certificate.</param>
/// <param name="roots">Whom this end believes.</param>
/// <param name="now">The time by this end's clock.</param>
/// <param name="inWords">
/// False for the catalogue's entries alone, their places empty: what a stranger shows may be 100 kB, and texts are made of it
/// only where somebody reads them.
/// </param>
public sealed class PeerDiagnosis(TlsSide peer, TlsRoots roots, DateTimeOffset now, bool inWords = true)
{
    // A chain may have a hundred certificates (OpenSSL's depth limit), each of which has expired.
    private const int MostProblems = 5;

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

        var elements = chain is { ChainElements.Count: > 0 } ? chain.ChainElements.Select(element => element.Certificate).ToArray() : [certificate];
        var statuses = chain?.ChainElements.SelectMany(element => element.ChainElementStatus).Concat(chain.ChainStatus).ToArray() ?? [];
        var problems = new List<TlsProblem>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            problems.AddRange(Trust(elements, statuses));
            problems.AddRange(elements.Select(Time).OfType<TlsProblem>().Take(MostProblems));
            if (!CertificateUsages.Allow(certificate, peer))
                problems.Add(Usage(certificate));
            if (problems.Count == 0)
                problems.Add(Other(certificate, statuses));
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            problems.Add(Mismatch(certificate, askedName));
        return problems;
    }

    /// <summary>What is wrong with the dates of a certificate; null for nothing.</summary>
    /// <param name="certificate">The certificate to look at.</param>
    public TlsProblem? Time(X509Certificate2 certificate)
    {
        if (certificate.NotAfter.ToUniversalTime() < now)
        {
            return Say(IsServer ? TlsProblems.ServerCertificateExpired : TlsProblems.ClientCertificateExpired, () =>
                [("subject", Name(certificate.Subject)), ("notAfter", new DateTimeOffset(certificate.NotAfter)), ("now", now)]);
        }

        if (certificate.NotBefore.ToUniversalTime() > now)
        {
            return Say(IsServer ? TlsProblems.ServerCertificateNotYetValid : TlsProblems.ClientCertificateNotYetValid, () =>
                [("subject", Name(certificate.Subject)), ("notBefore", new DateTimeOffset(certificate.NotBefore)), ("now", now)]);
        }

        return null;
    }

    /// <summary>The problem of a certificate that is for the other end.</summary>
    /// <param name="certificate">The certificate to look at.</param>
    public TlsProblem Usage(X509Certificate2 certificate) =>
        Say(IsServer ? TlsProblems.ServerCertificateUsage : TlsProblems.ClientCertificateUsage, () =>
            [("subject", Name(certificate.Subject)), ("usages", PeerText.List(CertificateUsages.Of(certificate)))]);

    private static string Name(string name) => PeerText.Printable(name);

    private TlsProblem Mismatch(X509Certificate2 certificate, string? askedName) => Say(TlsProblems.ServerNameMismatch, () =>
    {
        var names = CertificateNames.Of(certificate);
        var carried = names.Count > 0 ? PeerText.List(names) : $"no name at all (its subject is {Name(certificate.Subject)})";
        return [("asked", askedName), ("names", carried)];
    });

    private TlsProblem Say(TlsProblem entry, Func<IEnumerable<(string Name, object? Value)>> values) =>
        inWords ? entry.With(values()) : entry;

    private IEnumerable<TlsProblem> Trust(X509Certificate2[] elements, X509ChainStatus[] statuses)
    {
        const X509ChainStatusFlags Untrusted = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid;
        if (!statuses.Any(status => (status.Status & Untrusted) != 0))
            return [];

        var leaf = elements[0];
        var last = elements[^1];
        var twin = roots.Certificates.FirstOrDefault(root => CertificateKeys.SameName(root.SubjectName, last.IssuerName));
        if (twin is not null && CertificateKeys.KeyId(twin) != CertificateKeys.IssuerKeyId(last))
        {
            // The chain would be whole if the key were the same.
            return [Say(IsServer ? TlsProblems.ServerAuthorityTwin : TlsProblems.ClientAuthorityTwin, () =>
            [
                ("subject", Name(leaf.Subject)), ("authority", Name(twin.Subject)),
                ("signed", Name(CertificateKeys.IssuerKeyId(last))), ("trusted", CertificateKeys.KeyId(twin)),
            ])];
        }

        if (roots.IsSystem && SystemRoots.Count() == 0)
        {
            return [TlsProblems.SystemRootsEmpty.With(
                ("file", Environment.GetEnvironmentVariable("SSL_CERT_FILE") ?? "not set"), ("folder", Environment.GetEnvironmentVariable("SSL_CERT_DIR") ?? "not set"))];
        }

        if (CertificateKeys.SameName(leaf.SubjectName, leaf.IssuerName))
        {
            return [Say(IsServer ? TlsProblems.ServerSelfSigned : TlsProblems.ClientSelfSigned, () =>
                [("subject", Name(leaf.Subject)), ("trusted", Trusted), ("accepted", Trusted)])];
        }

        if (elements.Length == 1)
        {
            return [Say(IsServer ? TlsProblems.ServerIntermediateMissing : TlsProblems.ClientIntermediateMissing, () =>
                [("subject", Name(leaf.Subject)), ("issuer", Name(leaf.Issuer)), ("trusted", Trusted), ("accepted", Trusted)])];
        }

        return [Say(IsServer ? TlsProblems.ServerAuthorityUnknown : TlsProblems.ClientAuthorityUnknown, () =>
            [("subject", Name(leaf.Subject)), ("authority", Name(last.Issuer)), ("trusted", Trusted), ("accepted", Trusted)])];
    }

    private TlsProblem Other(X509Certificate2 certificate, X509ChainStatus[] statuses) =>
        Say(IsServer ? TlsProblems.ServerCertificateInvalid : TlsProblems.ClientCertificateInvalid, () =>
        [
            ("subject", Name(certificate.Subject)), ("issuer", Name(certificate.Issuer)),
            ("statuses", PeerText.List([.. statuses.Select(status => $"{status.Status} ({status.StatusInformation.Trim()})").Distinct()])),
        ]);
}

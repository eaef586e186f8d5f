namespace GrpcTls;

/// <summary>
/// Works out, on the client, why a server that asked for a certificate closed: a server on .NET and Linux closes without
/// a word, others send an alert.
/// </summary>
/// <param name="identity">What the client showed; null for nothing.</param>
/// <param name="accepted">The authorities that the server named; may be empty.</param>
/// <param name="now">The time by the client's clock.</param>
internal sealed class ClientCertificateDiagnosis(TlsIdentity? identity, IReadOnlyList<string> accepted, DateTimeOffset now)
{
    private readonly string _accepted = accepted.Count == 0 ? "authorities that it does not name" : PeerText.List(accepted, "; ");

    /// <param name="ending">How the connection ended: the alert's words, or that it was closed.</param>
    public TlsProblem Explain(string ending)
    {
        if (identity is null)
            return TlsProblems.ClientCertificateMissing.With(("accepted", _accepted));

        var own = new PeerDiagnosis(TlsSide.Client, TlsRoots.System, now);
        var leaf = identity.Certificate;
        var top = identity.Intermediates.LastOrDefault() ?? leaf;
        if (accepted.Count > 0 && !identity.Intermediates.Prepend(leaf).Any(certificate => accepted.Contains(certificate.Issuer)))
        {
            var problem = CertificateKeys.IsSelfIssued(leaf) ? TlsProblems.ClientSelfSigned
                : identity.Intermediates.Count == 0 ? TlsProblems.ClientIntermediateMissing
                : TlsProblems.ClientAuthorityUnknown;
            return problem.With(("subject", leaf.Subject), ("issuer", leaf.Issuer), ("authority", top.Issuer), ("accepted", _accepted));
        }

        if (identity.Intermediates.Prepend(leaf).Select(own.Time).OfType<TlsProblem>().FirstOrDefault() is { } time)
            return time;
        if (new CertificateRules(TlsSide.Client).Check([leaf, .. identity.Intermediates]).FirstOrDefault() is { } rule)
            return rule;
        if (ending.Contains("unknown ca", StringComparison.OrdinalIgnoreCase))
            return TlsProblems.ClientAuthorityUnknown.With(("subject", leaf.Subject), ("authority", top.Issuer), ("accepted", _accepted));
        return TlsProblems.ClientCertificateRefused.With(
            ("accepted", _accepted), ("subject", leaf.Subject), ("issuer", leaf.Issuer), ("ending", $"ended the connection: {ending}"));
    }
}

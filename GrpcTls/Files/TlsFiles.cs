namespace GrpcTls;

/// <summary>The files that one process's material comes from; those it has no use for are null and never read.</summary>
public sealed class TlsFiles
{
    /// <summary>The end of a connection that shows the certificate.</summary>
    public required TlsSide Side { get; init; }

    /// <summary>Our certificate and its intermediates.</summary>
    public TlsFile? CertificateChain { get; init; }

    /// <summary>The private key of the first certificate in <see cref="CertificateChain"/>.</summary>
    public TlsFile? PrivateKey { get; init; }

    /// <summary>What opens <see cref="PrivateKey"/>; null where it is not encrypted.</summary>
    public TlsFile? PrivateKeyPassword { get; init; }

    /// <summary>
    /// The roots that may vouch for the other side; null with <see cref="TrustsSystem"/>, or on a server that verifies nobody.
    /// </summary>
    public TlsFile? TrustedRoots { get; init; }

    /// <summary>
    /// Whether a client trusts the operating system's authorities. False by default: a client whose <see cref="TrustedRoots"/>
    /// are null as well cannot be loaded, because a setting that is missing or misspelt must not mean every public authority.
    /// </summary>
    public bool TrustsSystem { get; init; }

    /// <summary>The revocation lists of the authorities that vouch for the other side; empty for none.</summary>
    public IReadOnlyList<TlsFile> RevocationLists { get; init; } = [];

    /// <summary>
    /// What happens to a peer whose authority has no current list among <see cref="RevocationLists"/>; hard-fail by default.
    /// </summary>
    public RevocationFailure RevocationFailure { get; init; }

    /// <summary>What the setting of <see cref="PrivateKeyPassword"/> is called in messages, also where it is empty.</summary>
    public string PrivateKeyPasswordSetting { get; init; } = "the setting of the key's password file";

    /// <summary>The settings that should have named a file and did not. Files that lack one cannot be loaded.</summary>
    public IReadOnlyList<TlsProblem> Missing { get; init; } = [];

    /// <summary>Reads every file once.</summary>
    internal TlsFileContents Read() => new(this);

    /// <summary>What is not named and has to be; empty where everything is.</summary>
    internal IEnumerable<TlsProblem> Absent()
    {
        if (Missing.Count > 0)
            return Missing;
        var absent = new List<TlsProblem>();
        if ((CertificateChain is null) != (PrivateKey is null) || (Side == TlsSide.Server && CertificateChain is null))
        {
            absent.Add(TlsProblems.SettingMissing.With(
                CertificateChain is null
                    ? [("setting", nameof(CertificateChain)), ("role", "the certificate of the private key")]
                    : [("setting", nameof(PrivateKey)), ("role", "the private key of the certificate")]));
        }

        if (Side == TlsSide.Client && TrustedRoots is null && !TrustsSystem)
            absent.Add(TlsProblems.RootsMissing.With(("setting", nameof(TrustedRoots)), ("role", "the roots that may vouch for servers")));
        return absent;
    }
}

/// <summary>What happens to a peer about which no current revocation list says anything.</summary>
public enum RevocationFailure
{
    /// <summary>Hard-fail: it is refused. A list that is missing, forged or out of date could be an attacker's doing.</summary>
    Hard,

    /// <summary>
    /// Soft-fail: it is let in, because being reachable matters more. A revoked peer whose list is current is refused all the same.
    /// </summary>
    Soft,
}

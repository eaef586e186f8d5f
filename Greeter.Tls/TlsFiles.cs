namespace Greeter.Tls;

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

    /// <summary>The roots that may vouch for the other side; null for the operating system's, or where nobody is verified.</summary>
    public TlsFile? TrustedRoots { get; init; }

    /// <summary>The revocation lists of the authorities that vouch for the other side; empty for none.</summary>
    public IReadOnlyList<TlsFile> RevocationLists { get; init; } = [];

    /// <summary>What becomes of a peer whose authority has no current list among <see cref="RevocationLists"/>.</summary>
    public RevocationMode RevocationMode { get; init; }

    /// <summary>The files of a server.</summary>
    /// <param name="settings">Where the paths stand; what is missing is noted there.</param>
    /// <param name="options">The section as it was read.</param>
    /// <param name="verifiesClients">Whether a port asks clients for a certificate, so that <c>TrustedRoots</c> is needed.</param>
    public static TlsFiles ForServer(SettingsReader settings, TlsOptions options, bool verifiesClients) => new()
    {
        Side = TlsSide.Server,
        CertificateChain = settings.File(TlsOptions.Section, nameof(TlsOptions.CertificateChain), "the server's certificate chain", TlsProblems.SettingMissing),
        PrivateKey = settings.File(TlsOptions.Section, nameof(TlsOptions.PrivateKey), "the server's private key", TlsProblems.SettingMissing),
        PrivateKeyPassword = settings.File(TlsOptions.Section, nameof(TlsOptions.PrivateKeyPasswordFile), "the password of the server's private key"),
        TrustedRoots = verifiesClients
            ? settings.File(TlsOptions.Section, nameof(TlsOptions.TrustedRoots), "the roots that may vouch for clients", TlsProblems.RootsMissing)
            : null,
        RevocationLists = verifiesClients
            ? settings.Files(TlsOptions.Section, nameof(TlsOptions.RevocationLists), options.RevocationLists, "a revocation list of clients")
            : [],
        RevocationMode = options.RevocationMode,
    };

    /// <summary>The files of a client.</summary>
    /// <param name="settings">Where the paths stand; what is missing is noted there.</param>
    /// <param name="provesItself">Whether the client shows a certificate of its own.</param>
    public static TlsFiles ForClient(SettingsReader settings, bool provesItself) => new()
    {
        Side = TlsSide.Client,
        CertificateChain = provesItself
            ? settings.File(TlsOptions.Section, nameof(TlsOptions.CertificateChain), "the client's certificate chain", TlsProblems.SettingMissing)
            : null,
        PrivateKey = provesItself
            ? settings.File(TlsOptions.Section, nameof(TlsOptions.PrivateKey), "the client's private key", TlsProblems.SettingMissing)
            : null,
        PrivateKeyPassword = provesItself
            ? settings.File(TlsOptions.Section, nameof(TlsOptions.PrivateKeyPasswordFile), "the password of the client's private key")
            : null,
        TrustedRoots = settings.Value(TlsOptions.Section, nameof(TlsOptions.TrustedRoots)) == TlsOptions.System
            ? null
            : settings.File(TlsOptions.Section, nameof(TlsOptions.TrustedRoots), "the roots that may vouch for servers", TlsProblems.RootsMissing),
    };

    /// <summary>Reads every file once.</summary>
    internal TlsContents Read() => new(this);
}

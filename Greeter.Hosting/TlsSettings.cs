using GrpcTls;

namespace Greeter.Hosting;

/// <summary>
/// The files that the section <c>Tls</c> names, to tell what is wrong with them along with all other settings; <c>AddTls</c> loads them.
/// </summary>
public static class TlsSettings
{
    /// <summary>The files of a server.</summary>
    /// <param name="settings">Where the paths stand; what is missing is noted there.</param>
    /// <param name="options">The section as it was read.</param>
    /// <param name="verifiesClients">Whether a port asks clients for a certificate, so that <c>TrustedRoots</c> is needed.</param>
    public static TlsFiles ForServer(SettingsReader settings, TlsOptions options, bool verifiesClients)
    {
        var missing = new List<TlsProblem>();
        TlsFile? Needed(string key, string role, TlsProblem ifEmpty) => TlsSettings.Needed(settings, missing, key, role, ifEmpty);
        return Noted(settings, new TlsFiles
        {
            Side = TlsSide.Server,
            CertificateChain = Needed(nameof(TlsOptions.CertificateChain), "the server's certificate chain", TlsProblems.SettingMissing),
            PrivateKey = Needed(nameof(TlsOptions.PrivateKey), "the server's private key", TlsProblems.SettingMissing),
            PrivateKeyPassword = settings.File(
                TlsOptions.Section, nameof(TlsOptions.PrivateKeyPasswordFile), "the password of the server's private key"),
            TrustedRoots = verifiesClients
                ? Needed(nameof(TlsOptions.TrustedRoots), "the roots that may vouch for clients", TlsProblems.RootsMissing)
                : null,
            RevocationLists = verifiesClients
                ? settings.Files(
                    TlsOptions.Section, nameof(TlsOptions.RevocationLists), options.RevocationLists, "a revocation list of clients")
                : [],
            RevocationFailure = options.RevocationFailure,
            PrivateKeyPasswordSetting = settings.Name($"{TlsOptions.Section}:{nameof(TlsOptions.PrivateKeyPasswordFile)}"),
            Missing = missing,
        });
    }

    /// <summary>The files of a client.</summary>
    /// <param name="settings">Where the paths stand; what is missing is noted there, and keeps the files from being loaded.</param>
    /// <param name="provesItself">Whether the client shows a certificate of its own.</param>
    public static TlsFiles ForClient(SettingsReader settings, bool provesItself)
    {
        var missing = new List<TlsProblem>();
        var trustsSystem = settings.Value(TlsOptions.Section, nameof(TlsOptions.TrustedRoots)) == TlsOptions.System;
        TlsFile? Needed(string key, string role, TlsProblem ifEmpty) => TlsSettings.Needed(settings, missing, key, role, ifEmpty);
        return Noted(settings, new TlsFiles
        {
            Side = TlsSide.Client,
            CertificateChain = provesItself
                ? Needed(nameof(TlsOptions.CertificateChain), "the client's certificate chain", TlsProblems.SettingMissing)
                : null,
            PrivateKey = provesItself
                ? Needed(nameof(TlsOptions.PrivateKey), "the client's private key", TlsProblems.SettingMissing)
                : null,
            PrivateKeyPassword = provesItself
                ? settings.File(TlsOptions.Section, nameof(TlsOptions.PrivateKeyPasswordFile), "the password of the client's private key")
                : null,
            TrustsSystem = trustsSystem,
            TrustedRoots = trustsSystem
                ? null
                : Needed(nameof(TlsOptions.TrustedRoots), "the roots that may vouch for servers", TlsProblems.RootsMissing),
            PrivateKeyPasswordSetting = settings.Name($"{TlsOptions.Section}:{nameof(TlsOptions.PrivateKeyPasswordFile)}"),
            Missing = missing,
        });
    }

    /// <summary>Loads the files that a client's section <c>Tls</c> names.</summary>
    /// <param name="settings">Where the section stands.</param>
    /// <param name="provesItself">Whether the client shows a certificate of its own.</param>
    /// <exception cref="TlsException">
    /// A setting is missing, unknown or impossible, or a file cannot be used; all problems are in it. A setting that is missing
    /// never means the operating system's authorities, or no certificate.
    /// </exception>
    public static TlsMaterialSource SourceForClient(SettingsReader settings, bool provesItself)
    {
        settings.Read<TlsOptions>(TlsOptions.Section);
        var source = settings.Try(() => new TlsMaterialSource(ForClient(settings, provesItself)));
        settings.ThrowIfAny();
        return source!;
    }

    private static TlsFile? Needed(SettingsReader settings, List<TlsProblem> missing, string key, string role, TlsProblem ifEmpty)
    {
        var file = settings.File(TlsOptions.Section, key, role);
        if (file is null)
            missing.Add(ifEmpty.With(("setting", settings.Name($"{TlsOptions.Section}:{key}")), ("role", role)));
        return file;
    }

    private static TlsFiles Noted(SettingsReader settings, TlsFiles files)
    {
        settings.Add(files.Missing);
        return files;
    }
}

namespace GrpcTls;

/// <summary>The files that options name: those that a use needs, each with its setting's name for messages.</summary>
internal static class TlsOptionsFiles
{
    /// <param name="options">The options.</param>
    /// <param name="side">Whose files.</param>
    /// <param name="isMutual">Whether clients show a certificate, so that a server needs roots and a client an identity.</param>
    /// <param name="folder">Where relative paths start.</param>
    public static TlsFiles Of(TlsOptions options, TlsSide side, bool isMutual, string folder)
    {
        var isServer = side == TlsSide.Server;
        var (own, peer) = isServer ? ("server", "client") : ("client", "server");
        var missing = new List<TlsProblem>(options.Check());
        var showsIdentity = isServer || isMutual;
        var verifiesPeer = !isServer || isMutual;
        var trustsSystem = !isServer && options.TrustedRoots == TlsOptions.System;
        return new TlsFiles
        {
            Side = side,
            CertificateChain = showsIdentity
                ? Needed(options.CertificateChain, nameof(options.CertificateChain), $"the {own}'s certificate chain")
                : null,
            PrivateKey = showsIdentity ? Needed(options.PrivateKey, nameof(options.PrivateKey), $"the {own}'s private key") : null,
            PrivateKeyPasswordSetting = options.SettingName(nameof(options.PrivateKeyPasswordFile)),
            PrivateKeyPassword = showsIdentity && options.PrivateKeyPasswordFile is { } password
                ? File(password, nameof(options.PrivateKeyPasswordFile), $"the password of the {own}'s private key")
                : null,
            TrustsSystem = trustsSystem,
            TrustedRoots = verifiesPeer && !trustsSystem
                ? Needed(
                    options.TrustedRoots, nameof(options.TrustedRoots), $"the roots that may vouch for {peer}s", TlsProblems.RootsMissing)
                : null,
            RevocationLists = isServer && isMutual
                ? [.. options.RevocationLists.Select(path => File(path, nameof(options.RevocationLists), "a revocation list of clients"))]
                : [],
            RevocationFailure = options.RevocationFailure,
            Missing = missing,
        };

        TlsFile File(string path, string key, string role) =>
            new(Path.GetFullPath(path, folder), options.SettingName(key), role);

        TlsFile? Needed(string? path, string key, string role, TlsProblem? ifEmpty = null)
        {
            if (!string.IsNullOrWhiteSpace(path))
                return File(path, key, role);
            missing.Add((ifEmpty ?? TlsProblems.SettingMissing).With(("setting", options.SettingName(key)), ("role", role)));
            return null;
        }
    }
}

namespace GrpcTls;

/// <summary>What others may do with a file. Windows has access lists in place of modes; there nothing is checked.</summary>
/// <param name="Forbidden">With one of these the file is not taken.</param>
/// <param name="Doubtful">With one of these it is taken with a warning.</param>
internal sealed record FilePermissions(UnixFileMode Forbidden, UnixFileMode Doubtful)
{
    /// <summary>Worth nothing to others: a certificate without its key.</summary>
    public static readonly FilePermissions Public = new(UnixFileMode.None, UnixFileMode.None);

    /// <summary>
    /// A key or its password. A group that may read it is somebody's choice (Debian's ssl-cert); that everybody may is
    /// Kubernetes' default for mounted secrets (0644), in a container of one's own, and therefore only a warning.
    /// </summary>
    public static readonly FilePermissions Secret = new(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite, UnixFileMode.OtherRead);

    /// <summary>Says who is let in. With a umask of 002 the owner's own group may write all files, so that counts as the owner.</summary>
    public static readonly FilePermissions Trusted = new(UnixFileMode.OtherWrite, UnixFileMode.None);

    public TlsProblem? Error(TlsFile file, UnixFileMode mode) => About(file, mode, Forbidden, TlsProblems.FileWritableByOthers);

    public TlsProblem? Warning(TlsFile file, UnixFileMode mode) => About(file, mode, Doubtful, TlsProblems.KeyReadableByOthers);

    private static TlsProblem? About(TlsFile file, UnixFileMode mode, UnixFileMode bad, TlsProblem problem) =>
        (mode & bad) == 0 ? null : file.About(problem).With(("mode", Convert.ToString((int)mode, 8)));
}

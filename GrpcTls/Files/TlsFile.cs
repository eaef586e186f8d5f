namespace GrpcTls;

/// <summary>One file of the material, and what to call it in front of a person.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Setting">Where the path came from: <c>Tls:PrivateKey</c>, or an option of the command line.</param>
/// <param name="Role">What the file is for, for example "the server's private key".</param>
public sealed record TlsFile(string Path, string Setting, string Role)
{
    /// <summary>
    /// How many bytes a file of certificates, a key or a password may have: 1 MiB. An operating system's whole bundle has a
    /// fifth of it; the platform's search for PEM takes quadratic time, 6 seconds for 1 MiB of the worst text.
    /// </summary>
    public const int MostBytes = 1 << 20;

    /// <summary>How many bytes a revocation list or a list of users may have: 32 MiB, for about 900,000 revoked certificates.</summary>
    public const int MostListBytes = 32 << 20;

    /// <summary>Reads the whole file. Pipes and devices are not read.</summary>
    /// <param name="most">How many bytes it may have. <see cref="MostBytes"/> by default.</param>
    /// <exception cref="TlsException">The file is missing, too large or no regular one, or cannot be read.</exception>
    public byte[] Read(int most = MostBytes) => ReadWithMode(most).Bytes;

    /// <summary>Reads the whole file, which says who is let in, so that others on this machine must not be able to write it.</summary>
    /// <param name="most">How many bytes it may have. <see cref="MostBytes"/> by default.</param>
    /// <exception cref="TlsException">Others can write it; or as for <see cref="Read"/>.</exception>
    public byte[] ReadTrusted(int most = MostBytes)
    {
        var (bytes, mode) = ReadWithMode(most);
        return FilePermissions.Trusted.Error(this, mode) is { } problem ? throw new TlsException(problem) : bytes;
    }

    /// <summary>The problem, with this file's path, setting and role filled in.</summary>
    /// <param name="problem">An entry of the catalogue.</param>
    public TlsProblem About(TlsProblem problem) => problem.With(("path", Path), ("setting", Setting), ("role", Role));

    internal (byte[] Bytes, UnixFileMode Mode) ReadWithMode(int most)
    {
        try
        {
            return RegularFile.Read(Path, most);
        }
        catch (InvalidDataException e)
        {
            throw new TlsException(About(TlsProblems.FileRefused).With(("kind", e.Message), ("most", $"{most >> 20} MiB")), e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TlsException(About(TlsProblems.FileMissing), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var isFolder = Directory.Exists(Path);
            var problem = TlsProblems.FileUnreadable;
            if (isFolder)
                problem = problem with { Fix = "name the file in it, not the folder" };
            var reason = isFolder ? "it is a folder" : e.Message;
            throw new TlsException(About(problem).With(("reason", reason), ("user", Environment.UserName)), e);
        }
    }
}

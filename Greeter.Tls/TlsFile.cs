namespace Greeter.Tls;

/// <summary>One file of the material, and what to call it in front of a person.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Setting">Where the path came from: <c>Tls:PrivateKey</c>, or the option <c>--client-key</c>.</param>
/// <param name="Role">What the file is for, for example "the server's private key".</param>
public sealed record TlsFile(string Path, string Setting, string Role)
{
    /// <summary>Reads the whole file.</summary>
    /// <exception cref="TlsException">The file is missing or cannot be read.</exception>
    public byte[] Read()
    {
        try
        {
            return File.ReadAllBytes(Path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TlsException(About(TlsProblems.FileMissing), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var isFolder = Directory.Exists(Path);
            var problem = TlsProblems.FileUnreadable;
            if (isFolder)
                problem = problem with { Fix = "name the file in it, not the folder" };
            var reason = isFolder ? "it is a folder" : e.Message;
            throw new TlsException(About(problem).With(("reason", reason), ("user", Environment.UserName)), e);
        }
    }

    /// <summary>The problem, with this file's path, setting and role filled in.</summary>
    /// <param name="problem">An entry of the catalogue.</param>
    public TlsProblem About(TlsProblem problem) => problem.With(("path", Path), ("setting", Setting), ("role", Role));
}

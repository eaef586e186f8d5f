using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tests;

/// <summary>Looks at what scripts/certs.cs has made.</summary>
internal static class MadeFiles
{
    /// <summary>Every file of the set below the folder, by its path with slashes, and its bytes. Dot files are for tools.</summary>
    public static SortedDictionary<string, string> Below(string folder) => new(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path)[0] != '.').ToDictionary(
            path => Path.GetRelativePath(folder, path).Replace('\\', '/'),
            path => Convert.ToHexString(File.ReadAllBytes(path))),
        StringComparer.Ordinal);

    /// <summary>The certificates of a file, in its order.</summary>
    public static X509Certificate2Collection Read(params string[] path)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(Path.Combine(path));
        return certificates;
    }
}

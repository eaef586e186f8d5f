namespace Greeter.Pki;

/// <summary>Replaces one text file in one step; <see cref="StagedFiles"/> does it for several.</summary>
public static class AtomicFile
{
    /// <summary>For keys: 0600 from the moment the file exists.</summary>
    public static void WriteSecret(string path, string text)
    {
        using var file = StagedFile.Secret(path, text);
        file.Commit();
    }

    /// <summary>For certificates: 0644, less what the umask takes away.</summary>
    public static void WritePublic(string path, string text)
    {
        using var file = StagedFile.Public(path, text);
        file.Commit();
    }
}

namespace Greeter.Pki;

/// <summary>Makes folders for keys: closed to others, kept out of git, and never through a link.</summary>
internal static class KeyFolder
{
    // The umask may take away more; whatever it is, others never get more than this.
    private const UnixFileMode PrivateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PublicMode = PrivateMode
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string IgnoreFile = ".gitignore";

    /// <summary>Makes a folder and those above it that are missing; one that exists stays as it is.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="isPrivate">Whether its owner alone may enter it (0700); otherwise others may read in it (0755).</param>
    /// <returns>The folders that were made, from the top.</returns>
    /// <exception cref="IOException">It is a link: what is behind it belongs to somebody else.</exception>
    public static IReadOnlyList<string> Make(string path, bool isPrivate)
    {
        if (new DirectoryInfo(path).LinkTarget is { } target)
            throw new IOException($"{path} is a link to {target}, and nothing is written through a link");
        if (Directory.Exists(path))
            return [];
        var parent = Path.GetDirectoryName(path);
        IReadOnlyList<string> above = parent is null || Directory.Exists(parent) ? [] : Make(parent, isPrivate: false);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, isPrivate ? PrivateMode : PublicMode);
        return [.. above, path];
    }

    /// <summary>Tells git to leave the whole folder out, unless that has been said in it or above it.</summary>
    public static void Ignore(string path)
    {
        if (!IsIgnored(path))
            File.WriteAllText(Path.Combine(path, IgnoreFile), "*\n");
    }

    /// <summary>Deletes a folder that holds nothing, or nothing but what <see cref="Ignore"/> put into it.</summary>
    /// <returns>Whether it is gone.</returns>
    public static bool Unmake(string path)
    {
        if (Directory.EnumerateFileSystemEntries(path).Any(entry => Path.GetFileName(entry) != IgnoreFile))
            return false;
        File.Delete(Path.Combine(path, IgnoreFile));
        Directory.Delete(path);
        return true;
    }

    // As git does: from here to the top of the work tree, and no further.
    private static bool IsIgnored(string path)
    {
        for (var folder = path; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Combine(folder, IgnoreFile) is var file && File.Exists(file) && File.ReadLines(file).Contains("*"))
                return true;
            if (Path.Exists(Path.Combine(folder, ".git")))
                return false;
        }

        return false;
    }
}

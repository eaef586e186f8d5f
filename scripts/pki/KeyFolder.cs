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

/// <summary>
/// One run at a time: reading a set, changing it and writing it back is one step for all others who ask for the same
/// lock. The operating system lets go of it when the process ends, however it ends; the empty file stays.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    // Four RSA authorities and their leaves take seconds; a queue of runs, a few times that.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Waits until nobody else has the lock. The folder is made where it is missing, and a new one is kept out of git.</summary>
    /// <param name="folder">What the run changes.</param>
    /// <param name="isPrivate">Whether a new folder is for its owner alone.</param>
    /// <param name="waiting">Says that there is somebody to wait for; called once.</param>
    /// <param name="limit">How long to wait; null for a minute.</param>
    /// <exception cref="TimeoutException">Somebody else has it for longer than that.</exception>
    /// <exception cref="IOException">The folder or the lock is a link, or cannot be used.</exception>
    public static FolderLock Take(string folder, bool isPrivate, Action? waiting = null, TimeSpan? limit = null)
    {
        KeyFolder.Make(folder, isPrivate);
        var path = Path.Combine(folder, ".lock");
        var begun = Environment.TickCount64;
        while (true)
        {
            try
            {
                if (new FileInfo(path).LinkTarget is { } target)
                    throw new UnauthorizedAccessException($"{path} is a link to {target}");
                var held = new FolderLock(new FileStream(path, Options()));
                if (Directory.EnumerateFileSystemEntries(folder).Count() == 1)
                    KeyFolder.Ignore(folder);
                return held;
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (Environment.TickCount64 - begun > (limit ?? Limit).TotalMilliseconds)
                    throw new TimeoutException($"another run has held {path} for {(limit ?? Limit).TotalSeconds:0} s", e);
                waiting?.Invoke();
                waiting = null;
                Thread.Sleep(Pause);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK of Linux and of macOS, and Windows' ERROR_SHARING_VIOLATION; a full disk or a missing right is no reason to wait.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}

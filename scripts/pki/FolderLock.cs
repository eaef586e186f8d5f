namespace Greeter.Pki;

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

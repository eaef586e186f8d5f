using System.Text;

namespace Greeter.Pki;

/// <summary>
/// Files that belong together. All of them are on the disk before the first takes its place, so a full disk or a
/// missing permission is found while the old set is still whole; disposed before <see cref="Commit"/>, nothing is left.
/// </summary>
public sealed class StagedFiles : IDisposable
{
    private readonly List<StagedFile> _files = [];
    private readonly Stack<string> _folders = [];
    private readonly HashSet<string> _deleted = [];

    /// <summary>A folder for keys, which only its owner may enter (0700) and git leaves out; one that exists stays as it is.</summary>
    public void AddPrivateFolder(string path)
    {
        var made = KeyFolder.Make(path, isPrivate: true);
        foreach (var folder in made)
            _folders.Push(folder);
        KeyFolder.Ignore(made.FirstOrDefault(path));
    }

    public void AddSecret(string path, string text) => _files.Add(StagedFile.Secret(path, text));

    public void AddPublic(string path, string text) => _files.Add(StagedFile.Public(path, text));

    /// <summary>Files of the old set that go at the end, and their folders if they are then empty; what was added again stays.</summary>
    public void DeleteOnCommit(IEnumerable<string> paths) => _deleted.UnionWith(paths);

    /// <summary>Puts the files in their places, in the order in which they were added.</summary>
    public void Commit()
    {
        foreach (var file in _files)
            file.Commit();
        _folders.Clear();
        foreach (var path in _deleted.Except(_files.Select(file => file.Path)).Where(File.Exists))
        {
            File.Delete(path);
            for (var folder = Path.GetDirectoryName(path); folder is not null && KeyFolder.Unmake(folder);)
                folder = Path.GetDirectoryName(folder);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
        foreach (var folder in _folders)
            KeyFolder.Unmake(folder);
    }
}

/// <summary>
/// A text, complete and on the disk under a temporary name next to its place, until it is put there in one step. So a
/// reader sees the old file or the new one, never half of one.
/// </summary>
internal sealed class StagedFile : IDisposable
{
    // The owner alone reads a key; certificates are no secret, and a server may run as someone else.
    private const UnixFileMode SecretMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PublicMode = SecretMode | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _temporary;

    private StagedFile(string path) => (Path, _temporary) = (path, path + ".new");

    public string Path { get; }

    public static StagedFile Secret(string path, string text) => new StagedFile(path).Write(text, SecretMode);

    public static StagedFile Public(string path, string text) => new StagedFile(path).Write(text, PublicMode);

    public void Commit() => File.Move(_temporary, Path, overwrite: true);

    public void Dispose() => File.Delete(_temporary);

    private StagedFile Write(string text, UnixFileMode mode)
    {
        // A leftover of a killed run goes first: opening it would keep its mode.
        File.Delete(_temporary);
        try
        {
            using var stream = new FileStream(_temporary, Options(mode));
            stream.Write(Encoding.UTF8.GetBytes(text));
            // Without this a power cut after the rename can leave an empty file in the good one's place.
            stream.Flush(flushToDisk: true);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private static FileStreamOptions Options(UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // From its first moment on: a chmod afterwards leaves a gap in which the file can be opened. Windows knows no
        // such mode and throws; there the folder's access list is inherited.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        return options;
    }
}

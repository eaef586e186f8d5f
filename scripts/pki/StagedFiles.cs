namespace Greeter.Pki;

/// <summary>
/// Files that belong together. All of them are on the disk before the first takes its place, so a full disk or a
/// missing permission is found while the old set is still whole; disposed before <see cref="Commit"/>, nothing is left.
/// </summary>
public sealed class StagedFiles : IDisposable
{
    private readonly List<StagedFile> _files = [];
    private readonly Stack<string> _folders = [];
    private readonly HashSet<string> _retired = [];

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
    public void Retire(IEnumerable<string> paths) => _retired.UnionWith(paths);

    /// <summary>Puts the files in their places, in the order in which they were added.</summary>
    public void Commit()
    {
        foreach (var file in _files)
            file.Commit();
        _folders.Clear();
        foreach (var path in _retired.Except(_files.Select(file => file.Path)).Where(File.Exists))
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

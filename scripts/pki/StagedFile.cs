using System.Text;

namespace Greeter.Pki;

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

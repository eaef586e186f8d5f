using System.Formats.Tar;

namespace GrpcTls;

/// <summary>Reads regular files alone, up to a size: whoever opens a pipe waits for its writer, and a device may have no end.</summary>
internal static class RegularFile
{
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="most">How many bytes it may have.</param>
    /// <returns>The bytes, and the mode of the very file that they are from; no mode on Windows.</returns>
    /// <exception cref="InvalidDataException">It is something else, or larger; the message says what.</exception>
    public static (byte[] Bytes, UnixFileMode Mode) Read(string path, int most)
    {
        if (Irregular(path) is { } kind)
            throw new InvalidDataException(kind);
        using var file = File.OpenRead(path);
        var bytes = new byte[Math.Min(file.Length, most) + 1];
        var length = 0;
        for (int read; (read = file.Read(bytes, length, bytes.Length - length)) > 0;)
        {
            length += read;
            if (length > most)
                throw new InvalidDataException($"larger than {most >> 20} MiB");
            if (length == bytes.Length) // It grows while it is read.
                Array.Resize(ref bytes, Math.Min(2 * length, most + 1));
        }

        return (bytes[..length], OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file.SafeFileHandle));
    }

    // Found out without opening it. Pipes and devices have no length, so that only a file without one is looked at twice.
    private static string? Irregular(string path)
    {
        var file = new FileInfo(path);
        file = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        if (!file.Exists)
            return File.Exists(path) ? "a pipe" : null; // A link without a target that is there all the same: /dev/stdin.
        return file.Length > 0 || OperatingSystem.IsWindows() ? null : KindOfEmpty(file.FullName);
    }

    // The platform tells kinds of files apart in one place only: what an archive has to say of them.
    private static string? KindOfEmpty(string path)
    {
        using var archive = new MemoryStream();
        try
        {
            using var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true);
            writer.WriteEntry(path, "file");
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            return "neither a file nor a folder"; // A socket, for example: archives have none.
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType switch
        {
            TarEntryType.RegularFile => null,
            TarEntryType.Fifo => "a pipe",
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "a device",
            _ => "neither a file nor a folder",
        };
    }
}

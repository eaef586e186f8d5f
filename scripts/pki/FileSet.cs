namespace Greeter.Pki;

/// <summary>Files of which either all are there or none.</summary>
public sealed record FileSet(params IReadOnlyList<string> Paths)
{
    /// <summary>The one of them that may be kept elsewhere once the set is made; null for none.</summary>
    public string? Elsewhere { get; init; }

    public IReadOnlyList<string> Missing => [.. Paths.Where(path => path != Elsewhere && !Exists(path))];

    public bool IsAbsent => !Paths.Any(Exists);

    public bool IsComplete => Missing.Count == 0;

    public bool IsPartial => !IsAbsent && !IsComplete;

    // File.Exists answers "no" to whoever may not look into the folder; an authority is not to be given up for that.
    private static bool Exists(string path)
    {
        try
        {
            return !File.GetAttributes(path).HasFlag(FileAttributes.Directory);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}

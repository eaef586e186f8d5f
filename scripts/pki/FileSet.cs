namespace Greeter.Pki;

/// <summary>Files of which either all are there or none.</summary>
public sealed record FileSet(params IReadOnlyList<string> Paths)
{
    public IReadOnlyList<string> Missing => [.. Paths.Where(path => !Exists(path))];

    public bool IsAbsent => Missing.Count == Paths.Count;

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

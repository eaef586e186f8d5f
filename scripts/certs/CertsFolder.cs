namespace Greeter.Certs;

internal static class CertsFolder
{
    /// <summary>Next to the folder of this program, wherever the caller stands: `dotnet run` tells a file its own place.</summary>
    public static string Default { get; } = Path.GetFullPath(
        Path.Combine(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? Environment.CurrentDirectory, "..", "certs"));

    public static string Parse(string? folder) => folder switch
    {
        null => Default,
        "" => throw CertsProblems.Usage("--out is empty"),
        _ => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)),
    };
}

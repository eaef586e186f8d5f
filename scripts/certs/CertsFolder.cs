using Greeter.Pki;

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

    /// <summary>Until it is disposed, no other run changes the folder.</summary>
    /// <exception cref="CertsProblem">Another run does, for too long.</exception>
    public static IDisposable Lock(string folder)
    {
        void Say() => Console.Error.WriteLine($"certs: another run is at work in {folder}; waiting for it");
        try
        {
            return FolderLock.Take(folder, isPrivate: false, Say);
        }
        catch (TimeoutException e)
        {
            throw CertsProblems.FolderBusy(folder, e);
        }
    }
}

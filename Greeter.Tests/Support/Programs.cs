using System.Diagnostics;

namespace Greeter.Tests;

/// <summary>Where the built programs and the sources are: those that were built along with this test.</summary>
internal static class Programs
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string Server { get; } = Built("Greeter.Server");

    public static string Client { get; } = Built("Greeter.Client");

    /// <summary>The dotnet that runs this test, or else the one on the PATH.</summary>
    public static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    public static string Source(params string[] path) => Path.Combine([Root, .. path]);

    public static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

    /// <summary>Whether a program is there and ends well. What it says is not asked.</summary>
    public static bool Succeeds(string path, params string[] arguments)
    {
        if (!File.Exists(path))
            return false;
        using var program = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardError = true })!;
        program.StandardError.ReadToEnd();
        program.WaitForExit();
        return program.ExitCode == 0;
    }

    // Configuration and framework (bin/Debug/net10.0) are this test's own.
    private static string Built(string project) => Path.Combine(
        Root, project, Path.GetRelativePath(Source("Greeter.Tests"), AppContext.BaseDirectory), $"{project}.dll");

    private static string Find(DirectoryInfo folder) => File.Exists(Path.Combine(folder.FullName, "Greeter.sln"))
        ? folder.FullName
        : Find(folder.Parent ?? throw new DirectoryNotFoundException($"no Greeter.sln above {AppContext.BaseDirectory}"));
}

namespace Greeter.Hosting;

/// <summary>The folder that a program's configuration stands in.</summary>
public static class ContentRoot
{
    /// <summary>
    /// The program's own folder if it has an appsettings.json, as a published program's has. A program that was built lies
    /// below its project's folder <c>bin</c>: then the project's folder, if it has one. No other folder above the
    /// program's own is looked at: whoever may write there would choose the roots that are trusted.
    /// </summary>
    public static string Find()
    {
        var own = AppContext.BaseDirectory;
        if (HasSettings(own))
            return own;
        var folder = new DirectoryInfo(own);
        while (folder is not null && folder.Name != "bin")
            folder = folder.Parent;
        return folder?.Parent is { } project && IsProject(project) && HasSettings(project.FullName) ? project.FullName : own;
    }

    private static bool IsProject(DirectoryInfo folder) => folder.EnumerateFiles("*.csproj").Any();

    private static bool HasSettings(string folder) => File.Exists(Path.Combine(folder, "appsettings.json"));
}

namespace Greeter.Tls;

/// <summary>The folder that a program's configuration stands in.</summary>
public static class ContentRoot
{
    /// <summary>
    /// The nearest folder with an appsettings.json, from the program's own upwards: a published program has it beside
    /// itself, one that was built has it in its project's folder. The program's own folder where there is none.
    /// </summary>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "appsettings.json")))
                return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }
}

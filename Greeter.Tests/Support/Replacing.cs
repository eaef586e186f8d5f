namespace Greeter.Tests;

/// <summary>The ways in which other programs put new files into a folder's place.</summary>
internal static class Replacing
{
    public static TheoryData<string> Ways => new("copy over", "rename over", "folder behind a link", "links to versions", "appears late", "half-written first");

    /// <summary>Lays out the folder so that the way is possible. Returns the folder to read from.</summary>
    public static string Prepare(string way, string folder)
    {
        var files = Path.Combine(folder, "live");
        switch (way)
        {
            case "folder behind a link": // Kubernetes: live -> ..data -> ..1; the files are read by way of the links.
                Directory.CreateDirectory(Path.Combine(folder, "..1"));
                Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), "..1");
                Directory.CreateSymbolicLink(files, "..data");
                break;
            default:
                Directory.CreateDirectory(files);
                break;
        }

        return files;
    }

    /// <summary>Puts a set of files into place; between the steps of a way that has several, <paramref name="between"/> is called.</summary>
    public static void Put(string way, string folder, int version, IReadOnlyDictionary<string, string> files, Action between)
    {
        var live = Path.Combine(folder, "live");
        switch (way)
        {
            case "rename over":
                foreach (var (name, text) in files)
                {
                    File.WriteAllText(Path.Combine(live, name + ".new"), text);
                    File.Move(Path.Combine(live, name + ".new"), Path.Combine(live, name), overwrite: true);
                }

                break;
            case "folder behind a link":
                Write(Directory.CreateDirectory(Path.Combine(folder, $"..{version}")).FullName, files);
                File.Delete(Path.Combine(folder, "..data")); // Kubernetes renames over it in one step; File.Move cannot.
                Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), $"..{version}");
                break;
            case "links to versions": // certbot: live/privkey.pem -> ../archive/privkey2.pem
                var archive = Directory.CreateDirectory(Path.Combine(folder, "archive")).FullName;
                foreach (var (name, text) in files)
                {
                    File.WriteAllText(Path.Combine(archive, $"{version}{name}"), text);
                    File.Delete(Path.Combine(live, name));
                    File.CreateSymbolicLink(Path.Combine(live, name), Path.Combine("..", "archive", $"{version}{name}"));
                }

                break;
            case "appears late" when version > 1:
                foreach (var name in files.Keys)
                    File.Delete(Path.Combine(live, name));
                between();
                Write(live, files);
                break;
            case "half-written first" when version > 1:
                Write(live, files.ToDictionary(file => file.Key, file => file.Value[..(file.Value.Length / 2)]));
                between();
                Write(live, files);
                break;
            default:
                Write(live, files);
                break;
        }
    }

    private static void Write(string folder, IReadOnlyDictionary<string, string> files)
    {
        foreach (var (name, text) in files)
            File.WriteAllText(Path.Combine(folder, name), text);
    }
}

using Greeter.Hosting;
using GrpcTls;

namespace Greeter.Server;

/// <summary>The folder of the keys that protect tokens: who can read it can be anybody.</summary>
internal static class TokenKeys
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static DirectoryInfo Folder(TlsFile folder, SettingsReader settings)
    {
        try
        {
            // Data protection itself would make it readable by everybody.
            if (!Directory.Exists(folder.Path))
                Create(folder.Path, settings);
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder.Path) & ~OwnerOnly) != 0)
                settings.Add(folder.About(TlsProblems.KeyReadableByOthers).With(("mode", Convert.ToString((int)File.GetUnixFileMode(folder.Path), 8))) with
                {
                    Fix = $"chmod 700 '{folder.Path}'; and if others were on this machine, remove what is in it: new keys are made",
                });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            settings.Add(folder.About(TlsProblems.FileUnreadable).With(("reason", e.Message), ("user", Environment.UserName)));
        }

        return new DirectoryInfo(folder.Path);
    }

    // A server that will not start leaves nothing behind.
    private static void Create(string path, SettingsReader settings)
    {
        if (!settings.HasAny && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(path, OwnerOnly);
    }
}

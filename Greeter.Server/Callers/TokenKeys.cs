using Greeter.Tls;

namespace Greeter.Server.Callers;

/// <summary>The folder of the keys that protect tokens: who can read it can be anybody.</summary>
internal static class TokenKeys
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static DirectoryInfo Folder(TlsFile folder, SettingsReader settings)
    {
        try
        {
            // Data protection itself would make it readable by everybody.
            if (!Directory.Exists(folder.Path) && !OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder.Path, OwnerOnly);
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder.Path) & ~OwnerOnly) != 0)
                settings.Add(folder.About(TlsProblems.KeyReadableByOthers).With(("mode", Convert.ToString((int)File.GetUnixFileMode(folder.Path), 8))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            settings.Add(folder.About(TlsProblems.FileUnreadable).With(("reason", e.Message), ("user", Environment.UserName)));
        }

        return Directory.CreateDirectory(folder.Path);
    }
}

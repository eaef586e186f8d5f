using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>Atlas F15: a file that this user may not read.</summary>
public sealed class FailurePermissionTests
{
    [LinuxFact]
    [SupportedOSPlatform("linux")]
    public void A_file_that_this_user_may_not_read_is_told_with_the_user() // F15
    {
        using var folder = TestFolder.With(TestPki.Ec);
        File.SetUnixFileMode(folder.Root, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(folder.ServerKey, UnixFileMode.None);

        // Root reads everything; on Linux one thread can look at files as somebody else.
        var problems = Environment.IsPrivilegedProcess ? AsNobody(() => Load(folder)) : Load(folder);

        problems.Should().ContainSingle().Which.Id.Should().Be("file-unreadable");
        problems[0].Cause.Should().Contain(folder.ServerKey).And.Contain("denied");
        File.SetUnixFileMode(folder.ServerKey, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        (Environment.IsPrivilegedProcess ? AsNobody(() => Load(folder)) : Load(folder)).Should().BeEmpty();
    }

    private static IReadOnlyList<TlsProblem> AsNobody(Func<IReadOnlyList<TlsProblem>> read)
    {
        _ = SetFileSystemUser(65534);
        try
        {
            return read();
        }
        finally
        {
            _ = SetFileSystemUser(0);
        }
    }

    private static IReadOnlyList<TlsProblem> Load(TestFolder folder)
    {
        try
        {
            TlsMaterial.Load(new TlsFiles
            {
                Side = TlsSide.Server,
                CertificateChain = new TlsFile(folder.ServerCert, "Tls:CertificateChain", "the server's certificate chain"),
                PrivateKey = new TlsFile(folder.ServerKey, "Tls:PrivateKey", "the server's private key"),
            });
            return [];
        }
        catch (TlsException e)
        {
            return e.Problems;
        }
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetFileSystemUser(uint user);

    private sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Linux lets one thread look at files as another user";
    }
}

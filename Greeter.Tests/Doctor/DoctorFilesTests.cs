using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>The doctor looks at local files alone.</summary>
public sealed class DoctorFilesTests
{
    private const string Good = "files ok, dates ok, chain ok, names ok, keys ok, permissions ok";

    private const string Unread = "files FAIL, dates -, chain -, names -, keys -, permissions -";

    private static readonly DateTimeOffset Now = TestPki.Now;

    // The steps, and what is wrong.
    private static readonly (string Steps, Fault<TestFolder> Fault)[] Cases =
    [
        (Good, new("nothing", null, _ => { })),
        (With("dates warn"), new("expires soon", "expires-soon", folder => Issue(folder, server => server with { NotBefore = Now.AddDays(-25), NotAfter = Now.AddDays(5) }),
            "CN=localhost is valid until")),
        (With("dates FAIL"), new("expired", "not-valid-now", folder => Issue(folder, server => server with { NotBefore = Now.AddDays(-25), NotAfter = Now.AddDays(-5) }),
            "CN=localhost is valid from")),
        (With("dates FAIL"), new("not valid yet", "not-valid-now", folder => Issue(folder, server => server with { NotBefore = Now.AddDays(5) }),
            "CN=localhost is valid from")),
        (With("names warn"), new("no names", "certificate-without-names", folder => Issue(folder, _ => new LeafProfile { CommonName = "localhost", ServerAuth = true }),
            "CN=localhost")),
        (With("keys warn"), new("a short key", "weak-key", folder => Issue(folder, server => server with { Key = KeyKind.Rsa, RsaBits = 1024 }),
            "an RSA key of 1024 bits")),
        (With("chain warn"), new("another authority's intermediate", "chain-broken",
            folder => folder.Write(folder.ServerCert, TestPki.Ec.Server.LeafPem + TestPki.Ec.ClientCa.Issuing.ExportCertificatePem() + "\n"),
            "CN=localhost is signed by")),
        (With("permissions warn"), new("a key that others can read", "key-readable-by-others", folder => SetMode(folder, "0644"), "has the mode 644")),
        (Good, new("a key that a group can read", null, folder => SetMode(folder, "0640"))),
        (Unread, new("a key that others can write", "file-writable-by-others", folder => SetMode(folder, "0666"), "has the mode 666")),
        (Unread, new("no key", "file-missing", folder => File.Delete(folder.ServerKey), "server_key.pem does not exist")),
        (Unread, new("another certificate's key", "key-mismatch", folder => folder.Write(folder.ServerKey, TestPki.Ec.Client.KeyPem), "server_key.pem")),
    ];

    public static TheoryData<string> Faults => Fault.Names(Cases.Select(each => each.Fault));

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Files_are_checked_without_a_server(string what)
    {
        var (steps, fault) = Cases.Single(each => each.Fault.What == what);
        using var folder = TestFolder.With(TestPki.Ec);
        Secure(folder.ServerKey);
        fault.Break(folder);

        var doctor = await TestClient.RunAsync(folder, "doctor", "--files", folder.Root);

        DoctorTests.Steps(doctor).Should().Be(steps);
        doctor.ExitCode.Should().Be(steps.Contains("FAIL", StringComparison.Ordinal) ? 1 : 0, "a warning is no failure");
        if (fault.Problem is null)
            doctor.Error.Should().BeEmpty();
        else
            doctor.ShouldFailWith(fault.Problem, fault.Named);
    }

    [Fact]
    public async Task Without_a_folder_the_files_of_the_settings_are_checked()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        Secure(folder.ClientKey);

        var good = await TestClient.RunAsync(folder, "doctor", "--files");
        folder.Write(folder.ServerCa, TestPki.Ec.ServerCa.Issuing.ExportCertificatePem());
        var bad = await TestClient.RunAsync(folder, "doctor", "--files");

        (DoctorTests.Steps(good), good.ExitCode, good.Error).Should().Be((Good, 0, ""));
        bad.ExitCode.Should().Be(1);
        bad.ShouldFailWith("trusts-only-intermediate", folder.ServerCa);
    }

    private static string With(string step) => Good.Replace($"{step.Split(' ')[0]} ok", step, StringComparison.Ordinal);

    private static void Issue(TestFolder folder, Func<LeafProfile, LeafProfile> change) =>
        folder.WriteServer(TestPki.Ec.ServerCa.Issue(change(LeafProfile.Server()), Now));

    private static void SetMode(TestFolder folder, string mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.ServerKey, (UnixFileMode)Convert.ToInt32(mode, 8));
    }

    private static void Secure(string key)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}

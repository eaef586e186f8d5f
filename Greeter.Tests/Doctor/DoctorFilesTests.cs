using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>The doctor looks at local files alone.</summary>
public sealed class DoctorFilesTests
{
    private const string Good = "files ok, dates ok, chain ok, names ok, keys ok, permissions ok";

    // What the server's certificate is like, the steps, the problem, and what it has to name.
    public static TheoryData<string, string, string?, string> Cases => new()
    {
        { "good", Good, null, "" },
        { "expires", Good.Replace("dates ok", "dates warn", StringComparison.Ordinal), "expires-soon", "CN=localhost is valid until" },
        { "expired", Good.Replace("dates ok", "dates FAIL", StringComparison.Ordinal), "not-valid-now", "CN=localhost is valid from" },
        { "future", Good.Replace("dates ok", "dates FAIL", StringComparison.Ordinal), "not-valid-now", "CN=localhost is valid from" },
        { "nameless", Good.Replace("names ok", "names warn", StringComparison.Ordinal), "certificate-without-names", "CN=localhost" },
        { "weak", Good.Replace("keys ok", "keys warn", StringComparison.Ordinal), "weak-key", "an RSA key of 1024 bits" },
        { "stranger between", Good.Replace("chain ok", "chain warn", StringComparison.Ordinal), "chain-broken", "CN=localhost is signed by" },
        { "0644", Good.Replace("permissions ok", "permissions warn", StringComparison.Ordinal), "key-readable-by-others", "has the mode 644" },
        { "0640", Good, null, "" },
        { "0666", "files FAIL, dates -, chain -, names -, keys -, permissions -", "file-writable-by-others", "has the mode 666" },
        { "no key", "files FAIL, dates -, chain -, names -, keys -, permissions -", "file-missing", "server_key.pem does not exist" },
        { "another key", "files FAIL, dates -, chain -, names -, keys -, permissions -", "key-mismatch", "server_key.pem" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Files_are_checked_without_a_server(string how, string steps, string? problem, string named)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        Break(folder, how);

        var doctor = await TestClient.RunAsync(folder, "doctor", "--files", folder.Root);

        DoctorTests.Steps(doctor).Should().Be(steps);
        doctor.ExitCode.Should().Be(steps.Contains("FAIL", StringComparison.Ordinal) ? 1 : 0, "a warning is no failure");
        if (problem is null)
            doctor.Error.Should().BeEmpty();
        else
            doctor.ShouldFailWith(problem, named);
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

    private static void Break(TestFolder folder, string how)
    {
        var (now, server) = (TestPki.Now, LeafProfile.Server());
        var issued = TestPki.Ec.ServerCa.Issue(
            how switch
            {
                "expires" => server with { NotBefore = now.AddDays(-25), NotAfter = now.AddDays(5) },
                "expired" => server with { NotBefore = now.AddDays(-25), NotAfter = now.AddDays(-5) },
                "future" => server with { NotBefore = now.AddDays(5) },
                "nameless" => new LeafProfile { CommonName = "localhost", ServerAuth = true },
                "weak" => server with { Key = KeyKind.Rsa, RsaBits = 1024 },
                _ => server,
            },
            now);
        folder.WriteServer(issued);
        Secure(folder.ServerKey);
        if (how == "stranger between")
            folder.Write(folder.ServerCert, issued.LeafPem + TestPki.Ec.ClientCa.Issuing.ExportCertificatePem() + "\n");
        if (how == "no key")
            File.Delete(folder.ServerKey);
        if (how == "another key")
            folder.Write(folder.ServerKey, TestPki.Ec.Client.KeyPem);
        if (how.StartsWith('0') && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.ServerKey, (UnixFileMode)Convert.ToInt32(how, 8));
    }

    private static void Secure(string key)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}

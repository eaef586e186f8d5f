using System.Security.Cryptography;
using GrpcTls;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>Each setting taken away and misspelt in turn: the host does not start; nothing of it ever means "trust the system's list".</summary>
public sealed class AddTlsSettingsTests : IDisposable
{
    private const string Password = "correct horse battery staple";

    private static readonly Dictionary<string, TlsRequirement> Uses = new()
    {
        ["mutual server"] = TlsHost.MutualServer,
        ["server"] = TlsHost.Server,
        ["mutual client"] = TlsHost.MutualClient,
        ["client"] = TlsHost.Client,
    };

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    // use, setting, what is wrong without it; a misspelt one is unknown besides. "-": it starts without.
    public static TheoryData<string, string, string> Cases => new()
    {
        { "mutual server", "CertificateChain", "setting-missing" },
        { "mutual server", "PrivateKey", "setting-missing" },
        { "mutual server", "PrivateKeyPasswordFile", "key-encrypted" },
        { "mutual server", "TrustedRoots", "roots-missing" },
        { "mutual server", "RevocationLists", "-" },
        { "mutual server", "RevocationFailure", "-" },
        { "mutual server", "RefreshInterval", "-" },
        { "server", "CertificateChain", "setting-missing" },
        { "server", "PrivateKey", "setting-missing" },
        { "server", "TrustedRoots", "-" },
        { "mutual client", "CertificateChain", "setting-missing" },
        { "mutual client", "PrivateKey", "setting-missing" },
        { "mutual client", "PrivateKeyPasswordFile", "key-encrypted" },
        { "mutual client", "TrustedRoots", "roots-missing" },
        { "client", "TrustedRoots", "roots-missing" },
        { "client", "CertificateChain", "-" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_setting_that_is_missing_or_misspelt_keeps_the_host_from_starting(string use, string setting, string problem)
    {
        string[] without = problem == "-" ? [] : [problem];
        var settings = Settings(use);

        (await StartAsync(use, settings)).Should().BeEmpty("the good twin starts");
        (await StartAsync(use, settings.Where(each => each.Key != $"Tls:{setting}"))).Should().Equal(without);
        var empty = settings.Select(each => each.Key == $"Tls:{setting}" ? new(each.Key, "") : each);
        (await StartAsync(use, empty)).Should().Equal(setting.StartsWith('R') ? ["invalid-setting"] : without);
        var misspelt = settings.Select(each => each.Key == $"Tls:{setting}" ? new($"Tls:{setting[..^1]}", each.Value) : each);
        (await StartAsync(use, misspelt)).Should().BeEquivalentTo(["unknown-setting", .. without]);
    }

    [Theory]
    [InlineData("mutual server", "setting-missing", "setting-missing", "roots-missing")]
    [InlineData("server", "setting-missing", "setting-missing")]
    [InlineData("mutual client", "setting-missing", "setting-missing", "roots-missing")]
    [InlineData("client", "roots-missing")]
    public async Task A_section_that_is_missing_or_misspelt_keeps_the_host_from_starting(string use, params string[] problems)
    {
        (await StartAsync(use, [])).Should().Equal(problems);
        (await StartAsync(use, Settings(use).Select(each => new KeyValuePair<string, string?>(each.Key.Replace("Tls:", "Tsl:", StringComparison.Ordinal), each.Value))))
            .Should().Equal(problems);
    }

    [Theory]
    [InlineData("RefreshInterval", "5", "invalid-setting")]
    [InlineData("RefreshInterval", "02:00:00", "invalid-setting")]
    [InlineData("RefreshInterval", "00:00:05", null)]
    [InlineData("RevocationFailure", "Closed", "invalid-setting")]
    [InlineData("RevocationFailure", "1", "invalid-setting")]
    [InlineData("RevocationFailure", "soft", null)]
    [InlineData("RevocationLists", "", "invalid-setting")]
    [InlineData("TrustedRoots", "system", "file-missing")]
    [InlineData("TrustedRoots:0", "client_ca.pem", "unknown-setting")]
    public async Task A_value_that_cannot_be_keeps_the_host_from_starting(string key, string value, string? problem)
    {
        var settings = Settings("mutual server").Where(each => each.Key != $"Tls:{key}").Append(new($"Tls:{key}", value));

        (await StartAsync("mutual server", settings)).Should().Equal(problem is null ? [] : [problem]);
    }

    [Fact]
    public async Task Only_the_word_system_means_the_operating_systems_list_and_only_on_a_client()
    {
        (await StartAsync("client", [new("Tls:TrustedRoots", "system")])).Should().BeEmpty();
        (await StartAsync("client", [new("Tls:TrustedRoots", "System")])).Should().Equal("file-missing");
        (await StartAsync("client", [new("Tls:TrustedRoots", " ")])).Should().Equal("roots-missing");
    }

    [Fact]
    public async Task A_setting_of_before_is_told_by_its_new_name()
    {
        var builder = TlsHost.Builder(_folder, [.. Settings("mutual server"), new("Tls:RevocationMode", "Open")]);
        builder.Services.AddTls(builder.Configuration.GetSection("Tls"));

        var problem = (await TlsHost.ProblemsAsync(builder, TlsHost.MutualServer)).Should().ContainSingle().Which;

        problem.Id.Should().Be("unknown-setting");
        problem.Fix.Should().Contain("RevocationFailure").And.Contain("Soft in place of Open");
    }

    public void Dispose() => _folder.Dispose();

    private Task<string[]> StartAsync(string use, IEnumerable<KeyValuePair<string, string?>> settings) =>
        TlsHost.StartAsync(_folder, settings, Uses[use]);

    // Every setting that the use reads, each needed: the key is encrypted.
    private KeyValuePair<string, string?>[] Settings(string use)
    {
        var own = use.EndsWith("client", StringComparison.Ordinal) ? "client" : "server";
        var peer = own == "client" ? "server" : "client";
        var issued = own == "client" ? TestPki.Ec.Client : TestPki.Ec.Server;
        using var key = ECDsa.Create();
        key.ImportFromPem(issued.KeyPem);
        var parameters = new PbeParameters(
            PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        var path = _folder.Write($"{own}_key.pem", key.ExportEncryptedPkcs8PrivateKeyPem(Password, parameters));
        var password = _folder.Write("password", Password);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var list = TestPki.Ec.ClientCa.Issuing;
        _folder.Write("list.pem", new TestList(list).Pem());
        return
        [
            new("Tls:CertificateChain", $"{own}_cert.pem"), new("Tls:PrivateKey", $"{own}_key.pem"),
            new("Tls:PrivateKeyPasswordFile", "password"), new("Tls:TrustedRoots", $"{peer}_ca.pem"),
            new("Tls:RevocationLists", "list.pem"), new("Tls:RevocationFailure", "Hard"), new("Tls:RefreshInterval", "00:00:01"),
        ];
    }
}

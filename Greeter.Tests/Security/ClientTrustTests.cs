using Greeter.Hosting;
using GrpcTls;
using Microsoft.Extensions.Configuration;

namespace Greeter.Tests;

/// <summary>A client whose settings do not say whom it trusts, or what it shows, does not start: nothing is assumed.</summary>
public sealed class ClientTrustTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    // A setting, what is written in its place (null for nothing), and the problems.
    public static TheoryData<string, string?, string[]> Faults => new()
    {
        { "TrustedRoots", null, ["roots-missing"] },
        { "TrustedRoots", "TrustedRoot", ["unknown-setting", "roots-missing"] },
        { "TrustedRoots", "RootCertificates", ["unknown-setting", "roots-missing"] },
        { "CertificateChain", null, ["setting-missing"] },
        { "CertificateChain", "CertificatChain", ["unknown-setting", "setting-missing"] },
        { "PrivateKey", null, ["setting-missing"] },
        { "PrivateKey", "PrivatKey", ["unknown-setting", "setting-missing"] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_setting_that_is_missing_or_misspelt_stops_the_client(string setting, string? written, string[] problems)
    {
        var settings = Settings();
        TlsSettings.SourceForClient(Reader(settings), provesItself: true).Current.Should().NotBeNull();
        settings.Remove($"Tls:{setting}", out var value);
        if (written is not null)
            settings[$"Tls:{written}"] = value;

        Ids(() => TlsSettings.SourceForClient(Reader(settings), provesItself: true)).Should().Equal(problems);
    }

    // Neither ForClient nor ThrowIfAny is called by everybody: the files alone must not be loaded.
    [Theory]
    [MemberData(nameof(Faults))]
    public void Files_of_such_settings_cannot_be_loaded_even_where_nobody_asks_for_problems(string setting, string? written, string[] problems)
    {
        var settings = Settings();
        settings.Remove($"Tls:{setting}", out var value);
        if (written is not null)
            settings[$"Tls:{written}"] = value;
        var files = TlsSettings.ForClient(Reader(settings), provesItself: true);

        Ids(() => TlsMaterial.Load(files)).Should().Equal(problems[^1]);
        Ids(() => new TlsMaterialSource(files)).Should().Equal(problems[^1]);
    }

    [Fact]
    public void A_section_that_is_misspelt_stops_the_client() =>
        Ids(() => TlsSettings.SourceForClient(Reader(Settings().ToDictionary(each => each.Key.Replace("Tls:", "Tsl:", StringComparison.Ordinal), each => each.Value)), provesItself: true))
            .Should().Equal("setting-missing", "setting-missing", "roots-missing");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Files_made_by_hand_trust_the_operating_system_only_where_they_say_so(bool trustsSystem)
    {
        var files = new TlsFiles { Side = TlsSide.Client, TrustsSystem = trustsSystem };

        if (trustsSystem)
            TlsMaterial.Load(files).Roots.IsSystem.Should().BeTrue();
        else
            Ids(() => TlsMaterial.Load(files)).Should().Equal("roots-missing");
    }

    [Theory]
    [InlineData(TlsSide.Client, true, false)]
    [InlineData(TlsSide.Client, false, true)]
    [InlineData(TlsSide.Server, true, false)]
    [InlineData(TlsSide.Server, false, true)]
    [InlineData(TlsSide.Server, false, false)]
    public void Half_an_identity_is_not_no_identity(TlsSide side, bool hasChain, bool hasKey)
    {
        TlsFile Named(string path) => new(path, path, path);
        var files = new TlsFiles
        {
            Side = side,
            TrustsSystem = true,
            CertificateChain = hasChain ? Named(_folder.ClientCert) : null,
            PrivateKey = hasKey ? Named(_folder.ClientKey) : null,
        };

        Ids(() => TlsMaterial.Load(files)).Should().Equal("setting-missing");
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Ids(Func<object> load) => load.Should().Throw<TlsException>().Which.Problems.Select(problem => problem.Id);

    private SettingsReader Reader(Dictionary<string, string?> settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), _folder.Root);

    private static Dictionary<string, string?> Settings() => new()
    {
        ["Tls:TrustedRoots"] = "server_ca.pem",
        ["Tls:CertificateChain"] = "client_cert.pem",
        ["Tls:PrivateKey"] = "client_key.pem",
    };
}

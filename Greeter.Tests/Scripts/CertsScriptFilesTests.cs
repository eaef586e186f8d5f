using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>What is in the files that certs.cs makes.</summary>
[Collection(MadeCertificates.Name)]
public sealed class CertsScriptFilesTests(MadeCertificates made)
{
    private static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("ec")]
    [InlineData("rsa")]
    public void There_are_these_files_and_no_temporary_ones(string key) => MadeFiles.Below(made.Of(key)).Keys.Should().Equal(
        "client/client_cert.pem", "client/client_key.pem", "client/server_ca.pem",
        "client_ca/issuing_cert.pem", "client_ca/issuing_key.pem", "client_ca/root_cert.pem", "client_ca/root_key.pem",
        "server/client_ca.pem", "server/server_cert.pem", "server/server_key.pem",
        "server_ca/issuing_cert.pem", "server_ca/issuing_key.pem", "server_ca/root_cert.pem", "server_ca/root_key.pem");

    [FactOnUnix]
    public void Only_the_owner_may_read_a_key_or_enter_an_authority()
    {
        Directory.GetFiles(made.Ec, "*_key.pem", SearchOption.AllDirectories).Should().HaveCount(6)
            .And.OnlyContain(path => Mode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Directory.GetDirectories(made.Ec, "*_ca").Should().HaveCount(2)
            .And.OnlyContain(path => Mode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Theory]
    [InlineData("ec", "server")]
    [InlineData("ec", "client")]
    [InlineData("rsa", "server")]
    [InlineData("rsa", "client")]
    public void A_chain_is_the_leaf_and_then_its_issuer_with_a_line_break_between_the_blocks(string key, string holder)
    {
        var path = Path.Combine(made.Of(key), holder, $"{holder}_cert.pem");

        File.ReadAllLines(path).Where(line => line.Contains("-----")).Should().Equal(
            "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
        File.ReadAllText(path).Should().EndWith("-----\n").And.NotContain("\r");
        var chain = MadeFiles.Read(path);
        chain[0].Issuer.Should().Be(chain[1].Subject).And.StartWith($"CN=Greeter {holder}_ca issuing,");
        chain[1].Issuer.Should().Be(MadeFiles.Read(made.Of(key), $"{holder}_ca", "root_cert.pem").Single().Subject);
    }

    [Theory]
    [InlineData("ec", "1.2.840.10045.2.1")]
    [InlineData("rsa", "1.2.840.113549.1.1.1")]
    public void The_keys_are_of_the_chosen_kind(string key, string algorithm) =>
        Directory.GetFiles(made.Of(key), "*_cert.pem", SearchOption.AllDirectories).SelectMany(path => MadeFiles.Read(path))
            .Should().OnlyContain(certificate => certificate.GetKeyAlgorithm() == algorithm);

    [Fact]
    public void The_server_goes_by_the_three_names_of_this_machine_and_is_a_server_alone()
    {
        var server = Server("ec");

        ServerName.Of(server).Select(name => name.Text).Should().Equal("localhost", "127.0.0.1", "::1");
        Purposes(server).Should().Equal("1.3.6.1.5.5.7.3.1");
    }

    [Fact]
    public void The_client_goes_by_its_uri_and_is_a_client_alone()
    {
        var client = MadeFiles.Read(made.Ec, "client", "client_cert.pem")[0];

        client.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().Format(multiLine: false)
            .Should().Be("URI:spiffe://greeter.example/client");
        Purposes(client).Should().Equal("1.3.6.1.5.5.7.3.2");
    }

    [Theory]
    [InlineData("ec", 30)]
    [InlineData("rsa", 7)]
    public void A_certificate_lasts_for_thirty_days_unless_told_otherwise(string key, int days) =>
        (Server(key).NotAfter - Server(key).NotBefore).Should().Be(Backdating + TimeSpan.FromDays(days));

    private static IEnumerable<string?> Purposes(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(usage => usage.Value);

#pragma warning disable CA1416 // Asked only where there are modes.
    private static UnixFileMode Mode(string path) => File.GetUnixFileMode(path);
#pragma warning restore CA1416

    private X509Certificate2 Server(string key) => MadeFiles.Read(made.Of(key), "server", "server_cert.pem")[0];
}

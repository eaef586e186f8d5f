namespace Greeter.Tests;

/// <summary>What another implementation, OpenSSL's own program, thinks of the certificates that certs.cs makes.</summary>
[Collection(MadeCertificates.Name)]
public sealed class OpensslVerdictTests(MadeCertificates made)
{
    private const string Install = "apt-get install openssl";

    [TheoryWithProgram("openssl", Install)]
    [InlineData("ec", "server", "sslserver")]
    [InlineData("ec", "client", "sslclient")]
    [InlineData("rsa", "server", "sslserver")]
    [InlineData("rsa", "client", "sslclient")]
    public async Task Accepts_a_certificate_for_its_own_purpose(string key, string holder, string purpose)
    {
        var verdict = await VerifyAsync(key, holder, purpose, authority: holder);

        (verdict.ExitCode, verdict.Error).Should().Be((0, ""));
    }

    [TheoryWithProgram("openssl", Install)]
    [InlineData("ec", "server", "sslclient")]
    [InlineData("ec", "client", "sslserver")]
    [InlineData("rsa", "server", "sslclient")]
    [InlineData("rsa", "client", "sslserver")]
    public async Task Refuses_a_certificate_for_the_other_side_s_purpose(string key, string holder, string purpose)
    {
        var verdict = await VerifyAsync(key, holder, purpose, authority: holder);

        verdict.ExitCode.Should().NotBe(0);
        verdict.Error.Should().Contain("error 26 at 0 depth lookup"); // X509_V_ERR_INVALID_PURPOSE
    }

    [TheoryWithProgram("openssl", Install)]
    [InlineData("ec", "server", "sslserver", "client")]
    [InlineData("ec", "client", "sslclient", "server")]
    [InlineData("rsa", "server", "sslserver", "client")]
    [InlineData("rsa", "client", "sslclient", "server")]
    public async Task Refuses_a_certificate_under_the_other_authority(string key, string holder, string purpose, string authority)
    {
        var verdict = await VerifyAsync(key, holder, purpose, authority);

        verdict.ExitCode.Should().NotBe(0);
        verdict.Error.Should().Contain("error 20 at 1 depth lookup"); // X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    }

    [TheoryWithProgram("openssl", Install)]
    [InlineData("ec")]
    [InlineData("rsa")]
    public async Task Refuses_a_leaf_without_its_intermediate(string key)
    {
        var verdict = await VerifyAsync(key, "server", "sslserver", authority: "server", "-untrusted", Roots(key, "server"));

        verdict.ExitCode.Should().NotBe(0);
        verdict.Error.Should().Contain("error 20 at 0 depth lookup");
    }

    [TheoryWithProgram("openssl", Install)]
    [InlineData("-verify_hostname", "localhost")]
    [InlineData("-verify_ip", "127.0.0.1")]
    [InlineData("-verify_ip", "::1")]
    public async Task Accepts_the_server_s_own_names(string option, string name)
    {
        var verdict = await VerifyAsync("ec", "server", "sslserver", authority: "server", option, name);

        (verdict.ExitCode, verdict.Error).Should().Be((0, ""));
    }

    [TheoryWithProgram("openssl", Install)]
    [InlineData("-verify_hostname", "greeter.example.com", 62)] // X509_V_ERR_HOSTNAME_MISMATCH
    [InlineData("-verify_ip", "10.0.0.7", 64)] // X509_V_ERR_IP_ADDRESS_MISMATCH
    public async Task Refuses_any_other_name(string option, string name, int error)
    {
        var verdict = await VerifyAsync("ec", "server", "sslserver", authority: "server", option, name);

        verdict.ExitCode.Should().NotBe(0);
        verdict.Error.Should().Contain($"error {error} at 0 depth lookup");
    }

    // The file of the other side's roots is what a peer really has.
    private string Roots(string key, string authority) =>
        Path.Combine(made.Of(key), authority == "server" ? "client" : "server", $"{authority}_ca.pem");

    private Task<ProcessResult> VerifyAsync(string key, string holder, string purpose, string authority, params string[] more)
    {
        var chain = Path.Combine(made.Of(key), holder, $"{holder}_cert.pem");
        string[] untrusted = more.Contains("-untrusted") ? [] : ["-untrusted", chain];
        return ChildProcess.RunAsync(
            "openssl", ["verify", "-x509_strict", "-CAfile", Roots(key, authority), "-purpose", purpose, .. untrusted, .. more, chain]);
    }
}

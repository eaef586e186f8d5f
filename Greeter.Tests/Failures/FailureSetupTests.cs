namespace Greeter.Tests;

/// <summary>Atlas D: addresses, credentials and the environment do not go together.</summary>
public sealed class FailureSetupTests
{
    // D02, D03, D05: the credentials, an address, the problem, and the address that works.
    [Theory]
    [InlineData("tls", "http://localhost:{tls}", "scheme-mismatch", "https://localhost:{tls}")]
    [InlineData("mtls", "http://localhost:{mtls}", "scheme-mismatch", "https://localhost:{mtls}")]
    [InlineData("insecure", "https://localhost:{insecure}", "scheme-mismatch", "http://localhost:{insecure}")]
    [InlineData("tls", "localhost:{tls}", "invalid-setting", "dns:///localhost:{tls}")] // D04 cannot happen: the credentials are always there.
    [InlineData("tls", "127.0.0.1:{tls}", "invalid-setting", "https://127.0.0.1:{tls}")]
    [InlineData("insecure", "localhost:{insecure}", "invalid-setting", "dns:///localhost:{insecure}")]
    public async Task An_address_that_does_not_fit_is_told_before_anything_is_called(string credentials, string wrong, string problem, string right)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        string Address(string text) => Enum.GetValues<Client.CredentialsKind>().Select(kind => Enum.Parse<PortKind>($"{kind}")).Aggregate(
            text, (address, kind) => address.Replace($"{{{kind.ToString().ToLowerInvariant()}}}", $"{server.Port(kind)}", StringComparison.Ordinal));

        (await TestClient.RunAsync(folder, "--credentials", credentials, "--address", Address(right))).ShouldGreet();
        (await TestClient.RunAsync(folder, "--credentials", credentials, "--address", Address(wrong))).ShouldNotStart(problem, Address(wrong), "--address");
    }

    [Theory]
    [InlineData("tls", "plaintext")]
    [InlineData("insecure", "tls")]
    public async Task Addresses_in_the_form_of_a_resolver_are_explained_too(string credentials, string port)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var number = server.Port(port == "tls" ? PortKind.Tls : PortKind.Insecure);

        (await TestClient.RunAsync(folder, "--credentials", credentials, "--address", $"dns:///localhost:{number}"))
            .ShouldFail(port == "tls" ? "plaintext-to-tls-port" : "tls-to-plaintext-port", $"localhost port {number}");
    }

    [Theory]
    [InlineData("tls")]
    [InlineData("mtls")]
    [InlineData("insecure")]
    public async Task A_proxy_in_the_environment_is_not_in_the_way(string credentials) // D09: does not happen here, because no proxy is used.
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        const string Nowhere = "http://127.0.0.1:9";
        string[] call = ["--credentials", credentials, "--address", server.Url(Enum.Parse<PortKind>(credentials, ignoreCase: true))];

        var client = await ClientProcess.RunAsync(
            folder: null, [.. call, .. ClientProcess.Files(folder)], ("HTTPS_PROXY", Nowhere), ("HTTP_PROXY", Nowhere), ("ALL_PROXY", Nowhere), ("NO_PROXY", null));

        new TestClient(client.ExitCode, client.Output, client.Error).ShouldGreet();
    }
}

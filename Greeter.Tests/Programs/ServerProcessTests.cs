namespace Greeter.Tests;

/// <summary>What the server's process says about a wrong configuration: everything at once, three lines each, exit code 2.</summary>
public sealed class ServerProcessTests : IDisposable
{
    private static readonly string[] AnyPorts = ["--Ports:Insecure", "0", "--Ports:Tls", "0", "--Ports:Mtls", "0"];

    private readonly TestFolder _empty = new();
    private readonly TestFolder _full = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task Names_all_three_missing_files_by_path_and_setting()
    {
        var run = await ServerProcess.RunAsync(TestServer.Arguments(_empty));

        Ids(run).Should().Equal("file-missing");
        run.Error.Should().Contain($"{_empty.ServerCert} does not exist (Tls:CertificateChain:")
            .And.Contain($"{_empty.ServerKey} does not exist (Tls:PrivateKey:")
            .And.Contain($"{_empty.ClientCa} does not exist (Tls:TrustedRoots:");
    }

    [Fact]
    public async Task Starts_where_all_three_files_are_there()
    {
        await using var server = ServerProcess.Start(TestServer.Arguments(_full));

        (await server.WaitForAddressAsync("mtls")).Should().StartWith("https://localhost:");
    }

    [Fact]
    public async Task Suggests_the_setting_that_an_unknown_one_was_meant_to_be()
    {
        var run = await ServerProcess.RunAsync(TestServer.Arguments(_full), ("Tls__TrustedRoot", _full.ClientCa));

        Ids(run).Should().Equal("unknown-setting");
        run.Error.Should().Contain("Tls:TrustedRoot (from the environment: Tls__TrustedRoot)").And.Contain("did you mean TrustedRoots?");
    }

    [Fact]
    public async Task Takes_the_right_spelling_from_the_environment()
    {
        string[] arguments = [.. AnyPorts, "--Tls:CertificateChain", _full.ServerCert, "--Tls:PrivateKey", _full.ServerKey];
        await using var server = ServerProcess.Start(folder: null, arguments, ("Tls__TrustedRoots", _full.ClientCa));

        await server.WaitForAddressAsync("mtls");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("65536")]
    [InlineData("-1")]
    public async Task Says_what_a_setting_can_be_where_its_value_is_impossible(string value)
    {
        string[] arguments = ["--Ports:Insecure", "0", "--Ports:Tls", ""];

        var run = await ServerProcess.RunAsync(arguments, ("Ports__Mtls", value));

        Ids(run).Should().Equal("invalid-setting");
        run.Error.Should().Contain($"Ports:Mtls is '{value}' (from the environment: Ports__Mtls)")
            .And.Contain("set it to a whole number from 0 to 65535, or leave it empty");
    }

    [Theory]
    [InlineData("--port", "5")]
    [InlineData("--Ports:Mtls")]
    [InlineData("serve")]
    public async Task Takes_no_argument_that_is_not_a_setting_with_a_value(params string[] argument)
    {
        var run = await ServerProcess.RunAsync([.. TestServer.Arguments(_full), .. argument]);

        Ids(run).Should().OnlyContain(id => id == "wrong-usage").And.NotBeEmpty();
        run.Error.Should().Contain($"'{argument[0]}'");
    }

    [Fact]
    public async Task Reports_several_errors_at_once()
    {
        string[] ports = ["--Ports:Insecure", "0", "--Ports:Mtls", "0"];
        string[] files = ["--Tls:CertificateChain", _full.ServerCert, "--Tls:PrivateKey", _empty.ServerKey, "--Tls:TrustedRoots", ""];

        var run = await ServerProcess.RunAsync(
            [.. ports, .. files], ("Ports__Tls", "abc"), ("Listen__Mtls", "Everywhere"), ("Tls__Certificate", "server_cert.pem"));

        Ids(run).Should().BeEquivalentTo("invalid-setting", "invalid-setting", "unknown-setting", "roots-missing", "file-missing");
    }

    [Fact]
    public async Task Refuses_to_run_without_any_port()
    {
        var run = await ServerProcess.RunAsync(["--Ports:Insecure", "", "--Ports:Tls", "", "--Ports:Mtls", ""]);

        Ids(run).Should().Equal("no-ports");
    }

    [Fact]
    public async Task Needs_no_certificate_for_the_insecure_port_alone()
    {
        string[] arguments = [.. TestServer.Arguments(_empty), "--Ports:Tls", "", "--Ports:Mtls", ""];
        await using var server = ServerProcess.Start(arguments);

        (await server.WaitForAddressAsync("insecure")).Should().StartWith("http://localhost:");
        server.Error.ToString().Should().NotContain("listening tls").And.NotContain("listening mtls");
    }

    public void Dispose()
    {
        _empty.Dispose();
        _full.Dispose();
    }

    private static IReadOnlyList<string> Ids(ProcessResult run)
    {
        (run.ExitCode, run.Output).Should().Be((2, ""), run.Error);
        return ThreeLines.Ids(run.Error);
    }
}

namespace Greeter.Tests;

/// <summary>The two programs of minimal/ against each other, against the sample and against Ruby. All on the same three ports.</summary>
public sealed class MinimalTests(MinimalPrograms minimal) : IClassFixture<MinimalPrograms>
{
    private static readonly string[] Modes = ["insecure", "tls", "mtls"];

    private static readonly ProcessResult Greeted = new(0, "Hello World\n", "");

    private readonly TestFolder _folder = minimal.Folder;

    [Fact]
    public async Task The_client_is_greeted_by_the_server_on_each_port()
    {
        await using var server = await minimal.ServeAsync();

        foreach (var mode in Modes)
            (await minimal.GreetAsync(mode)).Should().Be(Greeted, mode);
    }

    [Fact]
    public async Task The_samples_client_is_greeted_and_without_a_certificate_refused()
    {
        await using var server = await minimal.ServeAsync();

        foreach (var mode in Modes)
            (await TestClient.RunAsync(_folder, "--credentials", mode, "--address", minimal.Address(mode))).ShouldGreet();

        (await TestClient.RunAsync(_folder, "--credentials", "tls", "--address", minimal.Address("mtls")))
            .ShouldFailWith("client-certificate-missing");
        using var stranger = TestFolder.With(new TestPki(Pki.KeyKind.Ec));
        (await TestClient.RunAsync(
            _folder, "--credentials", "mtls", "--address", minimal.Address("mtls"), "--client-cert", stranger.ClientCert, "--client-key", stranger.ClientKey))
            .ShouldFailWith("client-certificate-refused");
    }

    [FactWithRubyGrpc]
    public async Task A_Ruby_client_is_greeted_on_each_port()
    {
        await using var server = await minimal.ServeAsync();

        foreach (var mode in Modes)
            (await RubyPrograms.GreetAsync("once", minimal.Address(mode), mode == "insecure" ? [] : RubyPrograms.Files(_folder))).Should().Be(Greeted, mode);
    }

    [Fact]
    public async Task The_samples_server_greets_the_client_on_each_port()
    {
        await using var server = await TestServer.StartAsync(
            _folder, "--Ports:Insecure", $"{minimal.Port("insecure")}", "--Ports:Tls", $"{minimal.Port("tls")}", "--Ports:Mtls", $"{minimal.Port("mtls")}");

        foreach (var mode in Modes)
            (await minimal.GreetAsync(mode)).Should().Be(Greeted, mode);
    }

    [Fact]
    public async Task The_samples_server_refuses_the_client_with_another_authoritys_certificate()
    {
        using var stranger = TestFolder.With(new TestPki(Pki.KeyKind.Ec));
        stranger.Write(stranger.ServerCa, TestPki.Ec.ServerCa.RootsPem);
        await using var server = await TestServer.StartAsync(_folder, "--Ports:Mtls", $"{minimal.Port("mtls")}");
        minimal.Lay("certs", stranger.Root);
        try
        {
            (await minimal.GreetAsync("mtls")).Should().Match<ProcessResult>(run => run.ExitCode != 0 && run.Output == "");
            await server.Log.WaitForAsync("[client-authority-rekeyed]");
        }
        finally
        {
            minimal.Lay("certs", _folder.Root);
        }

        (await minimal.GreetAsync("mtls")).Should().Be(Greeted);
    }

    [Fact]
    public async Task The_client_refuses_a_server_of_another_authority()
    {
        using var stranger = TestFolder.With(new TestPki(Pki.KeyKind.Ec));
        await using (await TestServer.StartAsync(stranger, "--Ports:Tls", $"{minimal.Port("tls")}"))
        {
            var refused = await minimal.GreetAsync("tls");
            refused.Should().Match<ProcessResult>(run => run.ExitCode != 0 && run.Output == "");
            refused.Error.Should().Contain("errors in the certificate chain");
        }

        await using var good = await TestServer.StartAsync(_folder, "--Ports:Tls", $"{minimal.Port("tls")}");
        (await minimal.GreetAsync("tls")).Should().Be(Greeted);
    }

    [FactWithRubyGrpc]
    public async Task A_Ruby_server_greets_the_client_on_each_port()
    {
        foreach (var mode in Modes)
        {
            await using var server = RubyPrograms.Serve(_folder, mode, minimal.Port(mode));
            (await RubyPrograms.AddressAsync(server, mode)).Should().Be(minimal.Address(mode));

            (await minimal.GreetAsync(mode)).Should().Be(Greeted, mode);
        }
    }

    [Theory]
    [InlineData]
    [InlineData("ssl")]
    [InlineData("tls", "mtls")]
    public async Task A_wrong_argument_prints_the_usage(params string[] arguments) =>
        (await minimal.GreetAsync(arguments)).Should().Be(new ProcessResult(2, "", "usage: dotnet run minimal/client.cs insecure|tls|mtls\n"));

    // Without comments and directives: more than these is no longer minimal.
    [Theory]
    [InlineData("server.cs", 45)]
    [InlineData("client.cs", 36)]
    public void A_program_fits_on_a_screen(string program, int most) =>
        File.ReadLines(Programs.Source("minimal", program)).Count(line => line.Trim() is [not ('/' or '#'), ..]).Should().BeInRange(20, most);
}

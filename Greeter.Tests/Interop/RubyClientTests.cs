namespace Greeter.Tests;

/// <summary>
/// A client in Ruby, with <c>:this_channel_is_insecure</c> and with the three PEM texts of
/// <c>ChannelCredentials.new(server_ca_pem, client_key_pem, client_cert_pem)</c>, can tell no difference to a server in Ruby.
/// </summary>
public sealed class RubyClientTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(_folder);

    [FactWithRubyGrpc]
    public async Task Is_greeted_on_the_insecure_port() => await BeGreetedAsync(_server.Insecure, []);

    [FactWithRubyGrpc]
    public async Task Is_greeted_on_the_tls_port() => await BeGreetedAsync(_server.Tls, RubyPrograms.Files(_folder));

    [FactWithRubyGrpc]
    public async Task Is_greeted_on_the_mtls_port() => await BeGreetedAsync(_server.Mtls, RubyPrograms.Files(_folder));

    [FactWithRubyGrpc]
    public async Task Is_greeted_on_the_mtls_port_with_rsa_keys()
    {
        using var folder = TestFolder.With(TestPki.Rsa);
        await using var server = await TestServer.StartAsync(folder);

        await BeGreetedAsync(server.Mtls, RubyPrograms.Files(folder));
    }

    [FactWithRubyGrpc]
    public async Task Is_refused_on_the_mtls_port_with_a_certificate_of_another_authority()
    {
        using var stranger = TestFolder.With(new TestPki(Pki.KeyKind.Ec));
        stranger.Write(stranger.ServerCa, TestPki.Ec.ServerCa.RootsPem);

        var run = await RubyPrograms.GreetAsync("once", _server.Mtls, RubyPrograms.Files(stranger));

        run.Should().Be(new ProcessResult(1, "", "GRPC::Unavailable\n"));
        await _server.Log.WaitForAsync("[client-authority-rekeyed]");
    }

    [FactWithRubyGrpc]
    public async Task Is_refused_on_the_tls_port_without_tls()
    {
        var run = await RubyPrograms.GreetAsync("once", _server.Tls, []);

        run.Should().Be(new ProcessResult(1, "", "GRPC::Unavailable\n"));
        await _server.Log.WaitForAsync("[plaintext-to-tls-port]");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task BeGreetedAsync(string url, string[] files)
    {
        (await RubyPrograms.GreetAsync("once", url, files)).Should().Be(new ProcessResult(0, "Hello World\n", ""));
        (await RubyPrograms.GreetAsync("stream", url, files)).Should().Be(new ProcessResult(0, string.Concat(Enumerable.Repeat("Hello World\n", 5)), ""));
        (await RubyPrograms.GreetAsync("chat", url, files)).Should().Be(new ProcessResult(0, "Hello Ada\nHello Grace\n", ""));
    }
}

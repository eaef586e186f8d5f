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
    public async Task Is_greeted_on_the_tls_port() => await BeGreetedAsync(_server.Tls, Files(_folder));

    [FactWithRubyGrpc]
    public async Task Is_greeted_on_the_mtls_port() => await BeGreetedAsync(_server.Mtls, Files(_folder));

    [FactWithRubyGrpc]
    public async Task Is_greeted_on_the_mtls_port_with_rsa_keys()
    {
        using var folder = TestFolder.With(TestPki.Rsa);
        await using var server = await TestServer.StartAsync(folder);

        await BeGreetedAsync(server.Mtls, Files(folder));
    }

    [FactWithRubyGrpc]
    public async Task Is_refused_on_the_mtls_port_with_a_certificate_of_another_authority()
    {
        using var stranger = TestFolder.With(new TestPki(Pki.KeyKind.Ec));
        stranger.Write(stranger.ServerCa, TestPki.Ec.ServerCa.RootsPem);

        var run = await RunAsync("once", _server.Mtls, Files(stranger));

        run.Should().Be(new ProcessResult(1, "", "GRPC::Unavailable\n"));
        await _server.Log.WaitForAsync("[client-authority-twin]");
    }

    [FactWithRubyGrpc]
    public async Task Is_refused_on_the_tls_port_without_tls()
    {
        var run = await RunAsync("once", _server.Tls, []);

        run.Should().Be(new ProcessResult(1, "", "GRPC::Unavailable\n"));
        await _server.Log.WaitForAsync("[plaintext-to-tls-port]");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static string[] Files(TestFolder folder) => [folder.ServerCa, folder.ClientKey, folder.ClientCert];

    private static async Task BeGreetedAsync(string url, string[] files)
    {
        (await RunAsync("once", url, files)).Should().Be(new ProcessResult(0, "Hello World\n", ""));
        (await RunAsync("stream", url, files)).Should().Be(new ProcessResult(0, string.Concat(Enumerable.Repeat("Hello World\n", 5)), ""));
        (await RunAsync("chat", url, files)).Should().Be(new ProcessResult(0, "Hello Ada\nHello Grace\n", ""));
    }

    // gRPC's C core takes settings from the environment too; the test means the three files alone.
    private static Task<ProcessResult> RunAsync(string method, string url, string[] files) => ChildProcess.RunAsync(
        FactWithRubyGrpcAttribute.Ruby,
        [Programs.Source("Greeter.Tests", "Interop", "ruby", "greet.rb"), method, new Uri(url).Authority, .. files],
        folder: null,
        ("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", null), ("GRPC_VERBOSITY", "NONE"), ("RUBYOPT", null),
        ("grpc_proxy", null), ("http_proxy", null), ("https_proxy", null));
}

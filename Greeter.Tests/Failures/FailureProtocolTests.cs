using System.Net.Security;
using System.Security.Authentication;
using GrpcTls;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Greeter.Tests;

/// <summary>Atlas C: the two sides do not speak the same. C01 and C02 against our own server are in CredentialsTests.</summary>
public sealed class FailureProtocolTests
{
    [Theory]
    [InlineData(HttpProtocols.Http2, "HTTP/2")]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/1.1")]
    public async Task TLS_to_a_port_without_it_says_what_the_port_speaks(HttpProtocols protocols, string speaks) // C01
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await PeerServer.StartAsync(tls: null, protocols);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url))
            .ShouldFail("tls-to-plaintext-port", $"localhost port {server.Port}", $"without TLS it speaks {speaks}", $"http://localhost:{server.Port}");
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http1AndHttp2)]
    public async Task Plaintext_to_a_port_that_speaks_HTTP_1_says_so(HttpProtocols protocols) // C03
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await PeerServer.StartAsync(tls: null, protocols);
        await using var twin = await PeerServer.StartAsync(tls: null, HttpProtocols.Http2);

        (await TestClient.RunAsync(folder, "--credentials", "insecure", "--address", $"http://localhost:{twin.Port}")).ShouldGreet();
        (await TestClient.RunAsync(folder, "--credentials", "insecure", "--address", $"http://localhost:{server.Port}")).ShouldFail("http1-only", "HTTP/1.1");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_server_that_offers_only_HTTP_1_over_TLS_is_told(SslProtocols version) // C04
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await PeerServer.StartAsync(Options(version, SslApplicationProtocol.Http11), HttpProtocols.Http1);

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url)).ShouldFail("alpn-refused", $"localhost port {server.Port}", "no application protocol");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_server_that_knows_no_ALPN_is_told_by_what_it_answers(SslProtocols version) // C04, C06
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = new RawPeer(async (stream, stop) =>
        {
            // Kestrel would add a protocol of its own.
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(Options(version), stop);
            await tls.ReadAtLeastAsync(new byte[16], 16, cancellationToken: stop);
            await tls.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), stop);
        });

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", $"https://localhost:{server.Port}")).ShouldFail("http1-only", "ALPN none", version == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2");
    }

    [FactWithProgram("openssl", OpenSslServer.Install)]
    public async Task A_server_without_ALPN_that_speaks_something_else_is_told() // C06
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await OpenSslServer.StartAsync(folder, "-rev");
        await using var twin = await OpenSslServer.StartAsync(folder, "-rev", "-alpn", "h2");

        (await TestClient.RunAsync(folder, "doctor", server.Url, "--credentials", "tls")).ShouldFailWith("alpn-refused", "agreed on TLS 1.3", "ALPN none");
        (await TestClient.RunAsync(folder, "doctor", twin.Url, "--credentials", "tls")).Error.Should().NotContain("[alpn-refused]");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Our_server_says_why_a_client_without_ALPN_is_not_served(SslProtocols version) // C05
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        (await Handshake.TryAsync(server.Port(PortKind.Tls), version)).Should().BeTrue();
        (await Handshake.TryAsync(server.Port(PortKind.Tls), version, alpn: false)).Should().BeFalse();

        (await server.Log.WaitForAsync("[alpn-refused]")).Should().Contain("on the tls port").And.Contain("offered no protocol");
        server.Log.All.Should().ContainSingle(line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }

    [TheoryWithProgram("openssl", OpenSslServer.Install)]
    [InlineData("-tls1_1")]
    [InlineData("-tls1")]
    public async Task A_server_that_speaks_only_old_versions_is_told(string version) // C07, C09
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await OpenSslServer.StartAsync(folder, version, "-cipher", "ALL:@SECLEVEL=0", "-alpn", "h2");

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", server.Url)).ShouldFail("tls-version", "this side speaks TLS 1.2 and 1.3");
    }

    [TheoryWithProgram("openssl", OpenSslServer.Install)]
    [InlineData("-tls1_1")]
    [InlineData("-tls1")]
    public async Task Our_server_says_why_an_old_client_is_not_served(string version) // C07, C09
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);

        await OpenSslAsync(server, version, "-cipher", "ALL:@SECLEVEL=0");

        (await server.Log.WaitForAsync("[tls-version]")).Should().Contain("on the tls port");
    }

    private static SslServerAuthenticationOptions Options(SslProtocols version, params SslApplicationProtocol[] protocols)
    {
        var options = TlsHandshake.Server(TlsMaterial.FromPem(rootsPem: null, TestPki.Ec.Server.ChainPem, TestPki.Ec.Server.KeyPem));
        (options.EnabledSslProtocols, options.ApplicationProtocols) = (version, protocols.Length == 0 ? null : [.. protocols]);
        return options;
    }

    private static Task<ProcessResult> OpenSslAsync(TestServer server, params string[] more) =>
        ChildProcess.RunAsync("openssl", ["s_client", "-connect", $"localhost:{server.Port(PortKind.Tls)}", "-alpn", "h2", .. more]);
}

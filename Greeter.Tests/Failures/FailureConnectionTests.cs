using System.Net.Security;
using System.Net.Sockets;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>Atlas C: nobody answers, or not to the end. And probes that are no clients.</summary>
public sealed class FailureConnectionTests
{
    [Theory]
    [InlineData("fin")]
    [InlineData("reset")]
    public async Task A_server_that_closes_in_the_handshake_is_told_as_that(string how) // C10
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = new RawPeer(async (stream, stop) =>
        {
            await stream.ReadExactlyAsync(new byte[16], stop);
            if (how == "reset")
                RawPeer.Reset(stream);
        });

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", $"https://localhost:{server.Port}"))
            .ShouldFail("closed-in-handshake", $"localhost port {server.Port} closed without a reason");
    }

    [Fact]
    public async Task A_connection_that_is_cut_during_a_call_is_told_as_lost_when_a_new_one_works()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var tls = TlsHandshake.Server(TlsMaterial.FromPem(rootsPem: null, TestPki.Ec.Server.ChainPem, TestPki.Ec.Server.KeyPem));
        var isCut = true;
        await using var wire = new RawPeer((client, stop) => isCut ? CutAsync(client, stop) : RawPeer.ForwardAsync(client, server.Port(PortKind.Tls), stop));
        string[] call = ["--credentials", "tls", "--address", $"https://localhost:{wire.Port}"];

        (await TestClient.RunAsync(folder, call)).ShouldFail("connection-lost", $"https://localhost:{wire.Port}", "a new connection works");
        (await TestClient.RunAsync(folder, call)).ShouldGreet();

        async Task CutAsync(NetworkStream client, CancellationToken stop)
        {
            await using var secured = new SslStream(client, leaveInnerStreamOpen: true);
            await secured.AuthenticateAsServerAsync(tls, stop);
            await secured.ReadExactlyAsync(new byte[HostilePeer.Preface.Length], stop);
            isCut = false;
            RawPeer.Reset(client);
        }
    }

    [Fact]
    public async Task A_server_that_accepts_and_stays_silent_is_told_as_that()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = RawPeer.Silent();

        var doctor = await TestClient.RunAsync(folder, "doctor", $"https://localhost:{server.Port}", "--credentials", "tls");

        doctor.Error.Should().Contain("[handshake-timeout]").And.Contain($"localhost port {server.Port} did not finish within 5 s");
    }

    [Fact]
    public async Task Our_server_tells_a_client_that_begins_and_stays_silent()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder, "--Limits:HandshakeTimeout", "00:00:01");
        using var client = new TcpClient("localhost", server.Port(PortKind.Mtls));

        await client.GetStream().WriteAsync(new byte[] { 0x16, 0x03, 0x01 });

        (await server.Log.WaitForAsync("[handshake-timeout]")).Should().Contain("on the mtls port");
    }

    [Fact]
    public async Task Nothing_that_listens_and_no_such_name_are_different() // C12
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var port = FreePort();

        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", $"https://localhost:{port}")).ShouldFail("server-unreachable", $"localhost port {port}", "refused");
        (await TestClient.RunAsync(folder, "--credentials", "insecure", "--address", $"http://localhost:{port}")).ShouldFail("server-unreachable", $"localhost port {port}");
        (await TestClient.RunAsync(folder, "--credentials", "tls", "--address", "https://greeter.invalid:50052")).ShouldFail("name-not-found", "greeter.invalid has no address");
    }

    [Fact]
    public async Task A_plaintext_probe_on_a_TLS_port_is_told_by_the_server() // C02, C15
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var probe = new TcpClient("localhost", server.Port(PortKind.Mtls));

        await probe.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        (await server.Log.WaitForAsync("[plaintext-to-tls-port]")).Should().Contain("on the mtls port").And.Contain($"{probe.Client.LocalEndPoint}".Split(':')[^1]);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}

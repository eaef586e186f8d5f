using System.Net.Sockets;
using System.Security.Authentication;
using GrpcTls.AspNetCore;

namespace Greeter.Tests;

/// <summary>Refused handshakes are told, counted, and cost little.</summary>
public sealed class RefusalTests
{
    private const SslProtocols Newest = SslProtocols.Tls13;

    [Fact]
    public async Task A_flood_of_one_cause_is_logged_a_few_times_and_then_by_its_number()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        var clock = new FakeTime(TestPki.Now);
        await using var server = await TestServer.StartAsync(folder, clock);
        using var refusals = new RefusalCount(server);

        await RefuseAsync(server, LogRateLimit.Burst + 7);
        await refusals.WaitForAsync(LogRateLimit.Burst + 7);
        Refused(server).Should().HaveCount(LogRateLimit.Burst);

        // Another cause has a limit of its own.
        (await Handshake.TryAsync(server.Port(PortKind.Mtls), Newest, alpn: false, identity: TestPki.Ec.Client.Certificate, intermediates: [TestPki.Ec.ClientCa.Issuing])).Should().BeFalse();
        await server.Log.WaitForAsync("[alpn-refused]");

        clock.Advance(LogRateLimit.Window);
        await RefuseAsync(server, 1);
        await server.Log.WaitForAsync("7 more rejections on the mtls port [client-certificate-missing] were not logged");
        Refused(server).Should().HaveCount(LogRateLimit.Burst + 1);
    }

    [Fact]
    public async Task Every_refusal_is_counted_by_problem_and_port()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var refusals = new RefusalCount(server);

        await RefuseAsync(server, 3);
        await PlainAsync(server.Port(PortKind.Tls));
        await PlainAsync(server.Port(PortKind.Mtls));
        (await Handshake.TryAsync(server.Port(PortKind.Tls), Newest)).Should().BeTrue();
        await refusals.WaitForAsync(5);

        refusals.Counts.Select(count => $"{count.Key} {count.Value}").Should().BeEquivalentTo(
            "client-certificate-missing mtls 3", "plaintext-to-tls-port tls 1", "plaintext-to-tls-port mtls 1");
    }

    [Fact]
    public async Task A_connection_that_closes_without_a_byte_is_no_refusal()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var refusals = new RefusalCount(server);
        foreach (var kind in new[] { PortKind.Tls, PortKind.Mtls })
        {
            for (var i = 0; i < 20; i++)
            {
                using var probe = new TcpClient("localhost", server.Port(kind));
                if (i % 2 == 0)
                    probe.LingerState = new LingerOption(enable: true, seconds: 0); // A reset in place of an end.
            }
        }

        // What was refused after them is there; they are not.
        await RefuseAsync(server, 1);
        await refusals.WaitForAsync(1);
        refusals.Counts.Should().ContainSingle();
        server.Log.All.Should().ContainSingle(line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    [Trait(Full.Category, Full.Endurance)]
    public async Task A_flood_of_refused_handshakes_leaves_the_server_serving()
    {
        var secure = Full.Or(100, 1_000);
        var plain = 9 * secure;
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        using var refusals = new RefusalCount(server);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = limit.Token };

        var flood = Parallel.ForEachAsync(Enumerable.Range(0, plain + secure), parallel, async (i, _) =>
        {
            if (i % 10 == 0)
                (await Handshake.TryAsync(server.Port(PortKind.Mtls), Newest)).Should().BeFalse();
            else
                await PlainAsync(server.Port(PortKind.Mtls));
        });
        var greeted = 0;
        while (!flood.IsCompleted)
        {
            (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls, "--deadline", "60")).ShouldGreet();
            greeted++;
        }

        await flood;
        await refusals.WaitForAsync(plain + secure);
        greeted.Should().BePositive();
        refusals.Counts.Select(count => $"{count.Key} {count.Value}").Should().BeEquivalentTo(
            $"plaintext-to-tls-port mtls {plain}", $"client-certificate-missing mtls {secure}");
        server.Log.All.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)).Should().BeLessThan(200, "a flood does not fill a disk");
        (await TestClient.RunAsync(folder, "--credentials", "mtls", "--address", server.Mtls)).ShouldGreet();
    }

    private static IEnumerable<string> Refused(TestServer server) => server.Log.All.Where(line => line.Contains("refused a handshake", StringComparison.Ordinal)
        && line.Contains("[client-certificate-missing]", StringComparison.Ordinal));

    private static async Task RefuseAsync(TestServer server, int times)
    {
        for (var i = 0; i < times; i++)
            (await Handshake.TryAsync(server.Port(PortKind.Mtls), Newest)).Should().BeFalse();
    }

    // Waits until the server has closed, so that the next connection is not one too many.
    private static async Task PlainAsync(int port)
    {
        using var socket = new TcpClient("127.0.0.1", port);
        try
        {
            await socket.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            await socket.GetStream().CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // A reset is an end too.
        }
    }
}

using Greeter.Pki;
using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;
using Helloworld;

namespace Greeter.Tests;

/// <summary>What the client does to explain a failure is not a failure of its own in the server's log and metric.</summary>
public sealed class ClientProbeTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(_folder);

    [Theory]
    [InlineData("mtls", "Mtls")]
    [InlineData("mtls", "Tls")]
    [InlineData("tls", "Tls")]
    public async Task A_doctor_that_finds_nothing_is_refused_nowhere(string credentials, string port)
    {
        using var refusals = new RefusalCount(_server);
        using var connections = new OpenConnections(_server);
        var doctor = await TestClient.RunAsync(_folder, "doctor", _server.Url(Enum.Parse<PortKind>(port)), "--credentials", credentials);

        doctor.ExitCode.Should().Be(0, doctor.Error);
        doctor.Output.Should().Contain(port == "Mtls" ? $"asked for, from {TestPki.Ec.ClientCa.Root.Subject}" : "not asked for");
        await SettleAsync(connections);
        refusals.Counts.Should().BeEmpty();
        _server.Log.All.Should().NotContain(line => line.Contains("refused", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("client-certificate-missing")]
    [InlineData("client-authority-unknown")]
    [InlineData("client-certificate-expired")]
    [InlineData("client-self-signed")]
    [InlineData("client-intermediate-missing")]
    public async Task A_call_that_is_refused_is_counted_once_and_explained(string problem)
    {
        using var refusals = new RefusalCount(_server);
        using var connections = new OpenConnections(_server);
        BrokenClient.Write(_folder, problem);

        (await TestClient.RunAsync(_folder, "--credentials", problem == "client-certificate-missing" ? "tls" : "mtls", "--address", _server.Mtls)).ShouldFail(problem);

        await refusals.WaitForAsync(1);
        await SettleAsync(connections);
        refusals.Counts.Should().BeEquivalentTo(new Dictionary<string, long> { [$"{problem} mtls"] = 1 });
    }

    // The client cannot know it: it looks once more, with the same certificate.
    [Fact]
    public async Task A_call_that_is_refused_for_what_only_the_server_knows_makes_one_more_handshake_and_shows_the_same()
    {
        using var refusals = new RefusalCount(_server);
        using var connections = new OpenConnections(_server);
        BrokenClient.Write(_folder, "client-authority-rekeyed");

        (await TestClient.RunAsync(_folder, "--credentials", "mtls", "--address", _server.Mtls)).ShouldFail("client-certificate-refused");

        await refusals.WaitForAsync(2);
        await SettleAsync(connections);
        refusals.Counts.Should().BeEquivalentTo(new Dictionary<string, long> { ["client-authority-rekeyed mtls"] = 2 });
    }

    [Theory]
    [InlineData(MethodType.Unary)]
    [InlineData(MethodType.DuplexStreaming)]
    public async Task What_the_failing_handshake_saw_needs_no_other_connection(MethodType kind)
    {
        var connections = 0;
        await using var wire = new RawPeer((client, stop) =>
        {
            Interlocked.Increment(ref connections);
            return RawPeer.ForwardAsync(client, _server.Port(PortKind.Tls), stop);
        });
        using var trusting = TlsChannel.ForAddress($"https://localhost:{wire.Port}", new SslCredentials(TestPki.Ec.ServerCa.RootsPem));
        (await new Helloworld.Greeter.GreeterClient(trusting).SayHelloAsync(new HelloRequest { Name = "Ada" })).Message.Should().Be("Hello Ada");
        connections.Should().Be(1);
        (string Roots, string? Name, string Problem)[] faults =
        [
            (new TestPki(KeyKind.Rsa).ServerCa.RootsPem, null, "server-authority-rekeyed"), // The same name and another key.
            (TestPki.Ec.ServerCa.RootsPem, "greeter.example.com", "server-name-mismatch"),
        ];

        foreach (var (roots, name, problem) in faults)
        {
            connections = 0;
            using var channel = TlsChannel.ForAddress($"https://localhost:{wire.Port}", new SslCredentials(roots), serverName: name);
            var client = new Helloworld.Greeter.GreeterClient(channel);
            Func<Task> call = kind == MethodType.Unary
                ? async () => await client.SayHelloAsync(new HelloRequest { Name = "Ada" })
                : async () => await client.SayHelloBidiStream().ResponseStream.MoveNext(default);

            var failure = (await call.Should().ThrowAsync<RpcException>()).Which;

            failure.Status.DebugException.Problems()[0].Id.Should().Be(problem);
            connections.Should().Be(1);
        }
    }

    [Fact]
    public async Task A_thousand_calls_that_fail_are_one_look()
    {
        var connections = 0;
        await using var wire = new RawPeer(async (client, stop) =>
        {
            Interlocked.Increment(ref connections);
            await client.ReadExactlyAsync(new byte[1], stop);
            RawPeer.Reset(client);
        });
        var time = new FakeTime(TestPki.Now);
        var material = TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem);
        var explainer = new FailureDiagnosis("localhost", wire.Port, serverName: null, time);
        var failure = new System.Net.Sockets.SocketException(1);
        Task<IReadOnlyList<TlsProblem>?> ExplainAsync() => explainer.ExplainAsync(failure, () => material, TimeSpan.FromHours(1), default);
        var first = await ExplainAsync();
        var once = connections;

        for (var i = 0; i < 9; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var calls = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ExplainAsync()));
            calls.Should().OnlyContain(call => call!.SequenceEqual(first!));
        }

        connections.Should().Be(once).And.BePositive();
        time.Advance(TimeSpan.FromSeconds(1));
        await ExplainAsync();
        connections.Should().Be(2 * once, "after ten seconds it may have changed");
        time.Advance(TimeSpan.FromSeconds(19));
        await ExplainAsync();
        connections.Should().Be(2 * once, "it stays broken: the next look comes later");
        time.Advance(TimeSpan.FromSeconds(1));
        await ExplainAsync();
        connections.Should().Be(3 * once);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    // Once a good call has been made and every connection is closed, all that came before have been counted.
    private async Task SettleAsync(OpenConnections connections)
    {
        using var good = TestFolder.With(TestPki.Ec);
        (await TestClient.RunAsync(good, "--credentials", "mtls", "--address", _server.Mtls)).ShouldGreet();
        await connections.WaitForAsync(0);
    }
}

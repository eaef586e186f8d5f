using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>What is told about a call: in logs, in metrics, and to OpenTelemetry.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly string[] _settings;

    public TelemetryTests() => _settings = [.. TestSignIn.Settings(_folder, "alice"), "--Access:helloworld.Greeter/SayHelloStreamReply", "user:nobody"];

    [Fact]
    public async Task A_log_event_tells_who_called_what_over_which_transport_and_how_it_ended()
    {
        var events = new LogEvents();
        await using var server = await TestServer.StartAsync(
            _folder, builder => builder.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(events), [.. _settings, "--Logging:LogLevel:Greeter.Server.CallLog", "Information"]);
        var client = new Proof(TestPki.Ec.Client, null);
        var alice = await Proof.None.WithTokenAsync(server, PortKind.Tls, "alice");

        await server.GreetAsync(PortKind.Insecure);
        await server.GreetAsync(PortKind.Mtls, client);
        await server.GreetAsync(PortKind.Tls, alice);
        using (var channel = client.Channel(server, PortKind.Mtls))
        using (var denied = new Helloworld.Greeter.GreeterClient(channel).SayHelloStreamReply(new Helloworld.HelloRequest()))
            await denied.Invoking(each => each.ResponseStream.MoveNext()).Should().ThrowAsync<RpcException>();

        await events.WaitForAsync("Called", new() { ["Method"] = "/greeter.auth.v1.SignIn/SignIn", ["Caller"] = "nobody", ["Transport"] = "tls", ["Status"] = "0" });
        await events.WaitForAsync("Called", new() { ["Method"] = "/helloworld.Greeter/SayHello", ["Caller"] = "nobody", ["Transport"] = "insecure", ["Status"] = "0" });
        await events.WaitForAsync("Called", new() { ["Method"] = "/helloworld.Greeter/SayHello", ["Caller"] = "spiffe://greeter.example/client", ["Transport"] = "mtls", ["Status"] = "0" });
        await events.WaitForAsync("Called", new() { ["Method"] = "/helloworld.Greeter/SayHello", ["Caller"] = "user:alice", ["Transport"] = "tls", ["Status"] = "0" });
        await events.WaitForAsync("CallFailed", new() { ["Method"] = "/helloworld.Greeter/SayHelloStreamReply", ["Caller"] = "spiffe://greeter.example/client", ["Transport"] = "mtls", ["Status"] = "7" });
        events.ToString().Should().NotContain(alice.Token).And.NotContain(TestUsers.Password);
    }

    [Fact]
    public async Task A_metric_counts_calls_and_their_time_by_method_transport_and_status_and_never_by_what_a_caller_made_up()
    {
        await using var server = await TestServer.StartAsync(_folder, _settings);
        var measured = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, each) =>
        {
            if (instrument.Name == "greeter.call.duration" && instrument.Meter.Scope == server.App.Services.GetRequiredService<IMeterFactory>())
                each.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => measured.Enqueue($"{seconds > 0}: {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}"));
        listener.Start();

        await server.GreetAsync(PortKind.Tls);
        using (var channel = Proof.None.Channel(server, PortKind.Tls))
        {
            var bytes = Marshallers.Create(_ => Array.Empty<byte>(), _ => "");
            var madeUp = () => channel.CreateCallInvoker().AsyncUnaryCall(new Method<string, string>(MethodType.Unary, "made.up", "Name", bytes, bytes), null, default, "").ResponseAsync;
            (await madeUp.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
        }

        await Eventually.TrueAsync(() => measured.Count == 2, () => $"two calls were made, and measured: {string.Join(", ", measured)}");
        measured.Should().Equal("True: /helloworld.Greeter/SayHello tls 0", "True: unknown tls 12");
    }

    [FactOnUnix]
    public async Task Traces_and_metrics_reach_a_collector_with_the_caller_and_without_a_secret()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var process = ServerProcess.Start(
            folder: null, [.. TestServer.Arguments(_folder), .. _settings], ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_SERVICE_NAME", null), ("OTEL_EXPORTER_OTLP_PROTOCOL", null));
        var address = await process.WaitForAddressAsync("mtls");
        var target = new Client.Target(address, Client.CredentialsKind.Mtls, GrpcTls.TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem, TestPki.Ec.Client.ChainPem, TestPki.Ec.Client.KeyPem), ServerName: null);
        using (var channel = GrpcTls.Client.TlsChannel.ForAddress(address, target.Credentials()))
        {
            var reply = await new Auth.V1.SignIn.SignInClient(channel).SignInAsync(new Auth.V1.SignInRequest { User = "alice", Password = TestUsers.Password });
            (await TestCall.GreetAsync(channel, Proof.None with { Token = reply.AccessToken })).Should().Be((StatusCode.OK, "user:alice"));

            await process.TerminateAsync(); // What is left is sent on the way out.
            (await process.WaitForEndAsync()).ExitCode.Should().Be(0);

            var (traces, metrics) = (collector.Received("trace"), collector.Received("metrics"));
            traces.Should().ContainAll("greeter-server", "greeter.caller", "user:alice", "greeter.transport", "mtls", "/helloworld.Greeter/SayHello", "rpc.grpc.status_code");
            metrics.Should().ContainAll("greeter-server", "greeter.call.duration", "kestrel.connection.duration", "http.server.request.duration");
            (traces + metrics).Should().NotContain(reply.AccessToken[..40]).And.NotContain(TestUsers.Password);
        }
    }

    [Fact]
    public async Task Nothing_is_exported_unless_there_is_somewhere_to_export_to()
    {
        await using var server = await TestServer.StartAsync(_folder);

        server.App.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>()
            .Should().NotContain(service => service.GetType().FullName!.Contains("OpenTelemetry", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}

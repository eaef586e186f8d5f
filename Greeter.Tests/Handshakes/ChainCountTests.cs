using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using Grpc.Core;

namespace Greeter.Tests;

/// <summary>
/// Who a caller is was found out in the handshake: calls build no chain again. Counted by the platform's own event source,
/// which belongs to the whole process: so nothing else runs meanwhile.
/// </summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ChainCountTests
{
    public const string Name = "alone in the process";

    [FactOnLinux]
    public async Task A_chain_is_built_for_a_connection_and_for_none_of_its_calls()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder, [.. TestSignIn.Settings(folder, "alice"), "--Access:helloworld.Greeter/SayHello", "authenticated"]);
        var client = new Proof(TestPki.Ec.Client, null);
        var both = await client.WithTokenAsync(server, PortKind.Mtls, "alice");
        using var chains = new ChainListener();

        using var channel = client.Channel(server, PortKind.Mtls);
        (await TestCall.GreetAsync(channel, client)).Should().Be((StatusCode.OK, "spiffe://greeter.example/client"));
        var afterHandshake = chains.Count;
        for (var i = 0; i < 100; i++)
        {
            (await TestCall.GreetAsync(channel, client)).Status.Should().Be(StatusCode.OK);
            (await TestCall.GreetAsync(channel, both)).Should().Be((StatusCode.OK, "user:alice"));
        }

        var afterCalls = chains.Count;
        (await server.GreetAsync(PortKind.Mtls, client)).Status.Should().Be(StatusCode.OK);

        afterHandshake.Should().BePositive("the handshake builds chains, and they are counted");
        afterCalls.Should().Be(afterHandshake);
        chains.Count.Should().BeGreaterThan(afterCalls, "another connection is verified again");
    }

    private sealed class ChainListener : EventListener
    {
        private readonly ConcurrentDictionary<string, int> _events = new();

        public int Count => _events.GetValueOrDefault("ChainStart");

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == FactOnLinuxAttribute.Chains)
                EnableEvents(eventSource, EventLevel.Informational);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventSource.Name == FactOnLinuxAttribute.Chains)
                _events?.AddOrUpdate(eventData.EventName ?? "", 1, (_, count) => count + 1);
        }
    }
}

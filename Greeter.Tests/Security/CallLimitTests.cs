using Grpc.Core;

namespace Greeter.Tests;

/// <summary>Calls in a second: of one caller, also where each is refused.</summary>
public sealed class CallLimitTests : IDisposable
{
    private const string Setting = "--Limits:CallsPerSecond";

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly FakeTime _time = new(DateTimeOffset.UtcNow);

    [Theory]
    [InlineData("Tls", "anyone", StatusCode.OK)]
    [InlineData("Tls", "user:alice", StatusCode.Unauthenticated)]
    [InlineData("Mtls", "authenticated", StatusCode.OK)]
    [InlineData("Mtls", "user:alice", StatusCode.PermissionDenied)]
    public async Task A_call_counts_whether_it_is_allowed_or_refused(string port, string rule, StatusCode status)
    {
        await using var server = await TestServer.StartAsync(_folder, _time, Setting, "3", $"--Access:helloworld.Greeter/SayHello={rule}");
        var proof = port == "Mtls" ? new Proof(TestPki.Ec.Client, null) : Proof.None;

        (await StatusesAsync(server, port, proof, 5)).Should().Equal(status, status, status, StatusCode.ResourceExhausted, StatusCode.ResourceExhausted);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await StatusesAsync(server, port, proof, 1)).Should().Equal(status);
    }

    [Fact]
    public async Task A_token_that_is_refused_counts_for_the_address()
    {
        await using var server = await TestServer.StartAsync(_folder, _time, Setting, "3");
        var statuses = new List<StatusCode>();
        for (var i = 0; i < 5; i++)
            statuses.AddRange(await StatusesAsync(server, "Tls", Proof.None with { Token = $"made-up-{i}" }, 1));

        statuses.Should().Equal([.. Enumerable.Repeat(StatusCode.Unauthenticated, 3), .. Enumerable.Repeat(StatusCode.ResourceExhausted, 2)]);
    }

    [Fact]
    public async Task Strangers_do_not_use_up_what_a_known_caller_has()
    {
        await using var server = await TestServer.StartAsync(_folder, _time, Setting, "3");
        (await StatusesAsync(server, "Tls", Proof.None, 4)).Should().EndWith([StatusCode.ResourceExhausted]);

        (await StatusesAsync(server, "Mtls", new Proof(TestPki.Ec.Client, null), 3)).Should().AllBeEquivalentTo(StatusCode.OK);
    }

    [Fact]
    public async Task A_header_does_not_make_another_caller()
    {
        await using var server = await TestServer.StartAsync(_folder, builder =>
        {
            builder.Configuration["ForwardedHeaders_Enabled"] = "true";
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(builder.Services, _time);
        }, Setting, "3");
        using var channel = Proof.None.Channel(server, PortKind.Tls);
        var statuses = new List<StatusCode>();
        for (var i = 0; i < 5; i++)
        {
            using var call = new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new Helloworld.HelloRequest(), new Metadata { { "x-forwarded-for", $"198.51.100.{i}" } });
            await ((Task)call.ResponseAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            statuses.Add(call.GetStatus().StatusCode);
        }

        statuses.Should().Equal([.. Enumerable.Repeat(StatusCode.OK, 3), .. Enumerable.Repeat(StatusCode.ResourceExhausted, 2)]);
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_limit()
    {
        await using var server = await TestServer.StartAsync(_folder, _time);

        (await StatusesAsync(server, "Tls", Proof.None, 20)).Should().AllBeEquivalentTo(StatusCode.OK);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<List<StatusCode>> StatusesAsync(TestServer server, string port, Proof proof, int calls)
    {
        using var channel = proof.Channel(server, Enum.Parse<PortKind>(port));
        var statuses = new List<StatusCode>();
        for (var i = 0; i < calls; i++)
            statuses.Add((await TestCall.GreetAsync(channel, proof)).Status);
        return statuses;
    }
}

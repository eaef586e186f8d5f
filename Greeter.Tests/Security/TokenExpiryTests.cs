using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>A call does not outlive the token that it began with.</summary>
public sealed class TokenExpiryTests : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly FakeTime _time = new(DateTimeOffset.UtcNow);
    private readonly HandlerProbe _probe = new();

    [Theory]
    [InlineData("Tls", false)]
    [InlineData("Tls", true)]
    [InlineData("Mtls", false)]
    public async Task A_stream_ends_when_its_token_expires_and_not_before(string portName, bool hasDeadline)
    {
        var port = Enum.Parse<PortKind>(portName);
        await using var server = await StartAsync();
        var proof = await new Proof(port == PortKind.Mtls ? TestPki.Ec.Client : null, null).WithTokenAsync(server, port, "alice");
        using var channel = proof.Channel(server, port);
        using var chat = new Helloworld.Greeter.GreeterClient(channel).SayHelloBidiStream(proof.Headers(), hasDeadline ? DateTime.UtcNow.AddHours(1) : null);
        await RotationLoad.SayAsync(chat);

        _time.Advance(Lifetime - TimeSpan.FromSeconds(1));
        await RotationLoad.SayAsync(chat);
        _time.Advance(TimeSpan.FromSeconds(1));

        var ended = (await chat.Invoking(each => each.ResponseStream.MoveNext(default)).Should().ThrowAsync<RpcException>()).Which.Status;
        (ended.StatusCode, ended.Detail).Should().Be((StatusCode.Unauthenticated, "the token has expired: sign in again"));
        await _probe.EndedAsync(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handler_that_only_waits_ends_with_its_call(bool hasDeadline)
    {
        await using var server = await StartAsync();
        var proof = await Proof.None.WithTokenAsync(server, PortKind.Tls, "alice");
        using var channel = proof.Channel(server, PortKind.Tls);
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), proof.Headers(), hasDeadline ? DateTime.UtcNow.AddHours(1) : null);
        (await watch.ResponseStream.MoveNext(default)).Should().BeTrue();

        _time.Advance(Lifetime);

        (await watch.Invoking(each => each.ResponseStream.MoveNext(default)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unauthenticated);
        await _probe.EndedAsync(1);
    }

    [Fact]
    public async Task A_stream_without_a_token_goes_on()
    {
        await using var server = await StartAsync();
        using var channel = Proof.None.Channel(server, PortKind.Tls);
        using var chat = new Helloworld.Greeter.GreeterClient(channel).SayHelloBidiStream();
        await RotationLoad.SayAsync(chat);

        _time.Advance(Lifetime * 2);

        await RotationLoad.SayAsync(chat);
        await chat.RequestStream.CompleteAsync();
        (await chat.ResponseStream.MoveNext(default)).Should().BeFalse();
        chat.GetStatus().StatusCode.Should().Be(StatusCode.OK);
    }

    [Fact]
    public async Task A_call_that_is_over_leaves_no_timer()
    {
        await using var server = await StartAsync();
        var proof = await Proof.None.WithTokenAsync(server, PortKind.Tls, "alice");
        using var channel = proof.Channel(server, PortKind.Tls);
        var before = _time.Waiting;

        for (var i = 0; i < 10; i++)
            (await TestCall.GreetAsync(channel, proof)).Should().Be((StatusCode.OK, "user:alice"));

        await Eventually.TrueAsync(() => _time.Waiting <= before, () => $"{_time.Waiting} timers wait, {before} before");
    }

    public void Dispose() => _folder.Dispose();

    private Task<TestServer> StartAsync() => TestServer.StartAsync(
        _folder,
        builder => builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(_probe).Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<HandlerProbe>()),
        TestSignIn.Settings(_folder, "alice"));

    /// <summary>Sees when a stream's handler itself has ended, which its client cannot.</summary>
    internal sealed class HandlerProbe : Interceptor
    {
        private int _ended;

        public Task EndedAsync(int count) => Eventually.TrueAsync(() => Volatile.Read(ref _ended) == count, () => $"{_ended} handlers have ended");

        public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            try
            {
                await continuation(request, responseStream, context);
            }
            finally
            {
                Interlocked.Increment(ref _ended);
            }
        }

        public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            try
            {
                await continuation(requestStream, responseStream, context);
            }
            finally
            {
                Interlocked.Increment(ref _ended);
            }
        }
    }
}

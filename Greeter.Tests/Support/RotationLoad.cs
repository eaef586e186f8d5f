using System.Collections.Concurrent;
using Grpc.Core;
using Helloworld;

namespace Greeter.Tests;

/// <summary>Calls without a pause, and what became of them.</summary>
internal sealed class RotationLoad : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _callers = [];
    private readonly ConcurrentDictionary<string, long> _done = new();

    /// <summary>What failed, with its kind.</summary>
    public ConcurrentQueue<string> Failed { get; } = new();

    /// <summary>Callers for each kind of call.</summary>
    public void Start(Helloworld.Greeter.GreeterClient client, int callers = 1)
    {
        StartUnary(client, callers);
        for (var i = 1; i <= callers; i++)
        {
            Repeat($"server stream {i}", async () =>
            {
                using var stream = client.SayHelloStreamReply(new HelloRequest());
                (await stream.ResponseStream.ReadAllAsync().CountAsync()).Should().Be(5);
            });
            Repeat($"bidirectional call {i}", async () =>
            {
                using var chat = client.SayHelloBidiStream();
                await SayAsync(chat);
                await chat.RequestStream.CompleteAsync();
                (await chat.ResponseStream.MoveNext(default)).Should().BeFalse();
            });
        }
    }

    public void StartUnary(Helloworld.Greeter.GreeterClient client, int callers)
    {
        for (var i = 1; i <= callers; i++)
        {
            // Its own answer: an earlier client sent bytes of other calls when it made a call again after a GOAWAY
            // (https://github.com/grpc/grpc-dotnet/issues/2760).
            var name = string.Concat(Enumerable.Repeat($"{i:000}.", 500));
            Repeat($"unary call {i}", async () =>
            {
                var reply = await client.SayHelloAsync(new HelloRequest { Name = name });
                if (reply.Message != $"Hello {name}")
                    throw new InvalidDataException($"another call's answer: {reply.Message}");
            });
        }
    }

    public static async Task SayAsync(AsyncDuplexStreamingCall<HelloRequest, HelloReply> chat)
    {
        await chat.RequestStream.WriteAsync(new HelloRequest());
        (await chat.ResponseStream.MoveNext(default)).Should().BeTrue();
    }

    /// <summary>Waits until each caller has ended the call that it was in, and another one after that.</summary>
    public async Task NextAsync()
    {
        var before = _done.ToArray();
        await Eventually.TrueAsync(
            () => !Failed.IsEmpty || before.All(caller => _done[caller.Key] >= caller.Value + 2), () => $"calls no longer go through: {this}");
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers);
    }

    public void Dispose() => _stop.Dispose();

    public override string ToString() => $"{string.Join(", ", _done.Select(caller => $"{caller.Value} of {caller.Key}"))}, {Failed.Count} failed";

    private void Repeat(string caller, Func<Task> call)
    {
        _done[caller] = 0;
        _callers.Add(Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await call();
                    _done[caller]++;
                }
                catch (Exception e)
                {
                    Failed.Enqueue($"{caller}: {e.Message}");
                }
            }
        }));
    }
}

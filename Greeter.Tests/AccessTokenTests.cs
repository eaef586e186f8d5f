using Greeter.Client.Tls;

namespace Greeter.Tests;

/// <summary>The client's token: fetched once for all calls, and again before it expires.</summary>
public sealed class AccessTokenTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly FakeTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly Queue<Func<Task<(string, DateTimeOffset)>>> _answers = [];
    private int _fetches;

    [Fact]
    public async Task Is_kept_until_a_tenth_of_its_lifetime_is_left_and_then_fetched_again()
    {
        var token = Token();

        (await token.GetAsync(default)).Should().Be("token 1");
        _time.Advance((0.9 * Lifetime) - TimeSpan.FromSeconds(1));
        (await token.GetAsync(default)).Should().Be("token 1");
        _time.Advance(TimeSpan.FromSeconds(1));
        (await token.GetAsync(default)).Should().Be("token 2");
    }

    [Fact]
    public async Task Calls_that_wait_share_one_fetch()
    {
        var answer = new TaskCompletionSource<(string, DateTimeOffset)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers.Enqueue(() => answer.Task);
        var token = Token();

        var calls = Enumerable.Range(0, 100).Select(_ => token.GetAsync(default)).ToArray();
        answer.SetResult(("shared", _time.GetUtcNow() + Lifetime));

        (await Task.WhenAll(calls)).Should().OnlyContain(each => each == "shared");
        _fetches.Should().Be(1);
    }

    [Fact]
    public async Task A_fetch_that_failed_is_tried_again_by_the_next_call()
    {
        _answers.Enqueue(() => throw new IOException("the server is away"));
        _answers.Enqueue(() => Task.FromException<(string, DateTimeOffset)>(new IOException("the server is away")));
        var token = Token();

        await token.Invoking(each => each.GetAsync(default)).Should().ThrowAsync<IOException>();
        await token.Invoking(each => each.GetAsync(default)).Should().ThrowAsync<IOException>();
        (await token.GetAsync(default)).Should().Be("token 3");
    }

    [Fact]
    public async Task A_call_that_gives_up_leaves_the_fetch_to_the_others()
    {
        var answer = new TaskCompletionSource<(string, DateTimeOffset)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers.Enqueue(() => answer.Task);
        var token = Token();
        using var stop = new CancellationTokenSource();

        var impatient = token.GetAsync(stop.Token);
        var patient = token.GetAsync(default);
        await stop.CancelAsync();
        await impatient.Awaiting(call => call).Should().ThrowAsync<OperationCanceledException>();
        answer.SetResult(("late", _time.GetUtcNow() + Lifetime));

        (await patient).Should().Be("late");
        _fetches.Should().Be(1);
    }

    private AccessToken Token() => new(
        _ =>
        {
            _fetches++;
            return _answers.TryDequeue(out var answer) ? answer() : Task.FromResult(($"token {_fetches}", _time.GetUtcNow() + Lifetime));
        },
        _time);
}

using GrpcTls.Client;

namespace Greeter.Tests;

/// <summary>The client's token: fetched once for all calls, again before it expires, and kept while that fails.</summary>
public sealed class AccessTokenTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly FakeTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly Queue<Func<Task<(string, DateTimeOffset?)>>> _answers = [];
    private int _fetches;

    [Fact]
    public async Task Is_kept_until_a_tenth_of_its_lifetime_is_left_and_then_fetched_again()
    {
        var token = Token();

        (await token.GetAsync(default)).Should().Be("token 1");
        _time.Advance((0.9 * Lifetime) - TimeSpan.FromSeconds(1));
        (await token.GetAsync(default)).Should().Be("token 1");
        _fetches.Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        await BecomesAsync(token, "token 2");
        _fetches.Should().Be(2);
    }

    [Fact]
    public async Task Calls_that_wait_share_one_fetch()
    {
        var answer = Answer();
        var token = Token();

        var calls = Enumerable.Range(0, 100).Select(_ => token.GetAsync(default)).ToArray();
        answer.SetResult(("shared", _time.GetUtcNow() + Lifetime));

        (await Task.WhenAll(calls)).Should().OnlyContain(each => each == "shared");
        _fetches.Should().Be(1);
    }

    [Fact]
    public async Task A_call_that_gives_up_leaves_the_fetch_to_the_others()
    {
        var answer = Answer();
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_that_still_counts_is_used_while_the_next_one_is_fetched_or_cannot_be(bool fails)
    {
        var token = Token();
        await token.GetAsync(default);
        var answer = Answer();
        _time.Advance(0.95 * Lifetime);

        (await token.GetAsync(default)).Should().Be("token 1", "the fetch still runs");
        await Eventually.TrueAsync(() => _fetches == 2, () => "no fetch has begun");
        if (fails)
        {
            answer.SetException(new IOException("the issuer is away"));
            for (var i = 0; i < 1000; i++)
                (await token.GetAsync(default)).Should().Be("token 1");
        }
        else
        {
            answer.SetResult(("next", _time.GetUtcNow() + Lifetime));
            await BecomesAsync(token, "next");
        }

        _fetches.Should().Be(2);
    }

    [Fact]
    public async Task An_outage_costs_a_fetch_for_each_pause_and_not_for_each_call()
    {
        for (var i = 0; i < 3; i++)
            _answers.Enqueue(() => throw new IOException("the issuer is away"));
        var token = Token();
        var failing = () => token.GetAsync(default);

        for (var i = 0; i < 1000; i++)
            await failing.Should().ThrowAsync<IOException>();
        _fetches.Should().Be(1);
        _time.Advance(AccessTokenCache.FirstPause);
        for (var i = 0; i < 1000; i++)
            await failing.Should().ThrowAsync<IOException>();
        _fetches.Should().Be(2);
        _time.Advance(AccessTokenCache.FirstPause);
        await failing.Should().ThrowAsync<IOException>();
        _fetches.Should().Be(2, "the second pause is longer");
        _time.Advance(AccessTokenCache.FirstPause);
        await failing.Should().ThrowAsync<IOException>();
        _time.Advance(AccessTokenCache.LongestPause);

        (await token.GetAsync(default)).Should().Be("token 4");
        _fetches.Should().Be(4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fetch_that_hangs_ends_after_its_time(bool listens)
    {
        var hung = new TaskCompletionSource();
        var token = new AccessTokenCache(
            async stop =>
            {
                if (Interlocked.Increment(ref _fetches) == 1)
                    await (listens ? Task.Delay(Timeout.Infinite, stop) : hung.Task);
                return ("token", _time.GetUtcNow() + Lifetime);
            },
            _time);

        var waiting = token.GetAsync(default);
        await Eventually.TrueAsync(() => _fetches == 1, () => "no fetch has begun");
        _time.Advance(AccessTokenCache.FetchLimit);

        (await waiting.Awaiting(call => call).Should().ThrowAsync<TimeoutException>()).WithMessage("no token within 30 s");
        _time.Advance(AccessTokenCache.FirstPause);
        (await token.GetAsync(default)).Should().Be("token");
    }

    // By this clock, which may be the one that is wrong.
    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(-3600)]
    public async Task A_token_that_expires_at_no_time_or_in_the_past_counts_for_a_minute(int? seconds)
    {
        _answers.Enqueue(() => Task.FromResult<(string, DateTimeOffset?)>(("odd", seconds is null ? null : _time.GetUtcNow().AddSeconds(seconds.Value))));
        var token = Token();

        (await token.GetAsync(default)).Should().Be("odd");
        _time.Advance(TimeSpan.FromSeconds(50));
        (await token.GetAsync(default)).Should().Be("odd");
        _fetches.Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(10));
        (await token.GetAsync(default)).Should().Be("token 2");
    }

    private TaskCompletionSource<(string, DateTimeOffset?)> Answer()
    {
        var answer = new TaskCompletionSource<(string, DateTimeOffset?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers.Enqueue(() => answer.Task);
        return answer;
    }

    private static Task BecomesAsync(AccessTokenCache token, string expected)
    {
        var now = "";
        return Eventually.TrueAsync(() => (now = token.GetAsync(default).GetAwaiter().GetResult()) == expected, () => $"it stays {now}");
    }

    private AccessTokenCache Token() => new(
        _ =>
        {
            _fetches++;
            return _answers.TryDequeue(out var answer) ? answer() : Task.FromResult<(string, DateTimeOffset?)>(($"token {_fetches}", _time.GetUtcNow() + Lifetime));
        },
        _time);
}

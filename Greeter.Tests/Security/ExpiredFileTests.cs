using Greeter.Pki;

namespace Greeter.Tests;

/// <summary>A certificate that has expired is said to have expired, at start and when it happens.</summary>
public sealed class ExpiredFileTests : IDisposable
{
    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Theory]
    [InlineData(-25, -1, "not-valid-now")]
    [InlineData(2, 25, "not-valid-now")]
    [InlineData(-25, 5, "expires-soon")]
    [InlineData(-5, 25, null)]
    public async Task A_certificates_dates_are_told_at_start_as_what_they_are(int fromDay, int toDay, string? problem)
    {
        var now = TestPki.Now;
        _folder.WriteServer(TestPki.Ec.ServerCa.Issue(LeafProfile.Server() with { NotBefore = now.AddDays(fromDay), NotAfter = now.AddDays(toDay) }, now));

        await using var server = await TestServer.StartAsync(_folder, _time);

        Told(server).Should().HaveCount(problem is null ? 0 : 1);
        Told(server).Should().NotContain(line => !line.Contains($"[{problem}]: CN=localhost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_expires_in_use_is_told_once_more()
    {
        await using var server = await TestServer.StartAsync(_folder, _time, "--Tls:RefreshInterval", "01:00:00");

        _time.Advance(TimeSpan.FromDays(29));
        Told(server).Should().NotContain(line => line.Contains("[not-valid-now]", StringComparison.Ordinal)).And.HaveCount(2);
        _time.Advance(TimeSpan.FromDays(2));

        Told(server).Should().HaveCount(3);
        Told(server)[^1].Should().Contain("[not-valid-now]: CN=localhost");
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Told(TestServer server) => [.. server.Log.All.Where(line =>
        line.Contains("TlsMaterialSource", StringComparison.Ordinal) && line.Contains("]: CN=localhost", StringComparison.Ordinal))];
}

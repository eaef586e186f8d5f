using System.Net;
using System.Text.Json;
using Greeter.Pki;
using Grpc.Core;

namespace Greeter.Tests;

/// <summary>Words of a peer who is trusted, or of nobody in particular, on their way to a terminal and into a log.</summary>
public sealed class ForgedTextTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Theory]
    [InlineData(1)]
    [InlineData(5, "--stream")]
    public async Task A_reply_is_all_there_and_on_one_line(int replies, params string[] options)
    {
        const int Letters = 100_000;
        await using var server = await ForgingServer.StartAsync(HostileText.Long(Letters));

        var client = await TestClient.RunAsync(_folder, ["--credentials", "tls", "--address", server.Url, .. options]);

        (client.ExitCode, client.Error).Should().Be((0, ""));
        client.Output.ShouldBePlain(2 * Letters);
        client.Output.Split('\n')[..^1].Should().HaveCount(replies).And.OnlyContain(line =>
            line.StartsWith(@"\u{1B}[2J\u{1B}]0;mine\u{7}\u{D}\u{A}greeter: error: forged\u{A}ok", StringComparison.Ordinal)
            && line.EndsWith(new string('x', Letters), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Hello World")]
    [InlineData("Hello Łukasz, 王, Ümit & \"Zoë\" <\\>{x} 😀")]
    public async Task An_ordinary_reply_is_as_it_came(string reply)
    {
        await using var server = await ForgingServer.StartAsync(reply);

        var client = await TestClient.RunAsync(_folder, "--credentials", "tls", "--address", server.Url);

        client.Should().Be(new TestClient(0, reply + "\n", ""));
    }

    [Theory]
    [InlineData(StatusCode.Internal)]
    [InlineData(StatusCode.Unauthenticated)]
    [InlineData(StatusCode.PermissionDenied)]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.Unavailable)]
    public async Task The_detail_of_a_status_stays_on_its_line(StatusCode status)
    {
        await using var server = await ForgingServer.StartAsync(HostileText.Long(5_000), status);
        string[] call = ["--credentials", "tls", "--address", server.Url];

        (await TestClient.RunAsync(_folder, call)).ShouldEndPlain(@"\u{1B}[2J");
        (await TestClient.RunAsync(_folder, [.. call, "--verbose"])).ShouldEndPlain(@"\u{1B}[2J");
        (await TestClient.RunAsync(_folder, [.. call, "--stream"])).ShouldEndPlain(@"\u{1B}[2J");
    }

    [Fact]
    public async Task The_doctor_forges_nothing_in_text_or_json()
    {
        await using var server = await ForgingServer.StartAsync(HostileText.Long(100_000));

        var text = await TestClient.RunAsync(_folder, "doctor", server.Url, "--credentials", "tls");
        var json = await TestClient.RunAsync(_folder, "doctor", server.Url, "--credentials", "tls", "--json");

        text.Output.Should().Contain(@"SayHello: \u{1B}[2J");
        text.Output.ShouldBePlain();
        json.Output.ShouldBePlain();
        using var parsed = JsonDocument.Parse(json.Output);
        var details = parsed.RootElement.GetProperty("steps").EnumerateArray().Last().GetProperty("details");
        details.EnumerateArray().Should().ContainSingle().Which.GetString()!.ShouldBePlain();
    }

    [Fact]
    public async Task A_trusted_callers_common_name_stays_on_its_line_of_the_call_log()
    {
        await using var server = await TestServer.StartAsync(_folder, "--Logging:LogLevel:Greeter.Server.CallLog", "Information");
        var named = LeafProfile.Client() with { CommonName = HostileText.Long(5_000), Uris = [] };

        await server.GreetAsync(PortKind.Mtls, new Proof(TestPki.Ec.ClientCa.Issue(named, TestPki.Now), Token: null));

        var line = await server.Log.WaitForAsync("/helloworld.Greeter/SayHello by ");
        line.Length.Should().BeLessThan(1_000);
        foreach (var each in server.Log.All)
            each.ShouldBePlain();
    }

    [Fact]
    public async Task A_path_that_a_framework_logs_stays_on_its_line()
    {
        await using var server = await TestServer.StartAsync(_folder, "--Logging:LogLevel:Microsoft", "Information");
        using var client = new HttpClient();
        (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

        await client.GetAsync($"{server.Insecure}/x%0Agreeter:%20error:%20forged%1B%5B2J%E2%80%AE{new string('x', 5_000)}");

        await server.Log.WaitForAsync("Request starting");
        foreach (var line in server.Log.All)
            line.ShouldBePlain();
    }

    public void Dispose() => _folder.Dispose();
}

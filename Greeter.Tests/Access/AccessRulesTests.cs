using Grpc.Core;
using Microsoft.Extensions.Configuration;

namespace Greeter.Tests;

/// <summary>The section <c>Access</c>: what it may say, and what becomes of a change.</summary>
public sealed class AccessRulesTests : IDisposable
{
    private const string SayHello = "helloworld.Greeter/SayHello";
    private const string Reloaded = "the access rules were read again";
    private const string Kept = "the old ones stay in force";

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task A_change_of_a_file_is_followed_without_a_restart()
    {
        await using var server = await StartAsync(Rule("\"anyone\""));
        (await server.GreetAsync(PortKind.Tls)).Status.Should().Be(StatusCode.OK);

        Write(Rule("[\"user:alice\", \"cn:somebody\"]"));
        await AnswersAsync(server, Proof.None, PortKind.Tls, StatusCode.Unauthenticated);

        Write(Rule("\"spiffe://greeter.example/*\""));
        await AnswersAsync(server, new Proof(TestPki.Ec.Client, null), PortKind.Mtls, StatusCode.OK);
    }

    [Theory]
    [InlineData("""{ "Access": { "helloworld.Greeter/SayHello": "alice" } }""", "[invalid-setting]")]
    [InlineData("""{ "Access": { "helloworld.Greeter/SayHello": "anyone", "helloworld.Greeter/SayHelo": "anyone" } }""", "did you mean helloworld.Greeter/SayHello?")]
    [InlineData("""{ "Access": { "helloworld.Greeter/SayHello": "any""", "access.json")]
    [InlineData("", "access.json")]
    public async Task A_broken_change_keeps_the_old_rules_and_says_so_once(string broken, string says)
    {
        await using var server = await StartAsync(Rule("\"user:alice\""));
        await AnswersAsync(server, Proof.None, PortKind.Tls, StatusCode.Unauthenticated);

        Write(broken);
        (await server.Log.WaitForAsync(Kept)).Should().Contain(says);
        (await server.GreetAsync(PortKind.Tls)).Status.Should().Be(StatusCode.Unauthenticated);

        // Whatever else changes meanwhile, the rules of the broken file are not lost.
        ((IConfigurationRoot)server.App.Configuration).Providers.OfType<Microsoft.Extensions.Configuration.Memory.MemoryConfigurationProvider>().First().Set("Other:Section", "1");
        (await server.GreetAsync(PortKind.Mtls, new Proof(TestPki.Ec.Client, null))).Status.Should().Be(StatusCode.PermissionDenied);

        Write(Rule("\"anyone\""));
        await AnswersAsync(server, Proof.None, PortKind.Tls, StatusCode.OK);
        server.Log.All.Count(line => line.Contains(Kept, StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task A_method_that_is_not_listed_is_denied_to_everybody()
    {
        await using var server = await TestServer.StartAsync(_folder, [.. TestSignIn.Settings(_folder, "alice"), $"--Access:{SayHello}", "user:nobody-of-this-name"]);
        await using var open = await TestServer.StartAsync(_folder, TestSignIn.Settings(_folder, "alice"));
        await using var unlisted = await UnlistedAsync();
        var client = new Proof(TestPki.Ec.Client, null);

        (await open.GreetAsync(PortKind.Mtls, client)).Status.Should().Be(StatusCode.OK);
        foreach (var each in new[] { server, unlisted })
        {
            (await each.GreetAsync(PortKind.Tls)).Status.Should().Be(StatusCode.Unauthenticated);
            (await each.GreetAsync(PortKind.Mtls, client)).Status.Should().Be(StatusCode.PermissionDenied);
        }
    }

    [Fact]
    public async Task A_list_stands_alone_and_is_not_mixed_with_what_other_files_say()
    {
        _folder.Write("first.json", Rule("[\"user:alice\", \"spiffe://greeter.example/*\"]"));
        Write(Rule("[\"user:bob\"]"));
        await using var server = await TestServer.StartAsync(
            _folder, builder => builder.Configuration.AddJsonFile(_folder.Path("first.json"), optional: false, reloadOnChange: true)
                .AddJsonFile(_folder.Path("access.json"), optional: false, reloadOnChange: true));
        await AnswersAsync(server, new Proof(TestPki.Ec.Client, null), PortKind.Mtls, StatusCode.PermissionDenied);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("User:alice")]
    [InlineData("user:")]
    [InlineData("user:*")]
    [InlineData("dns:*.example")]
    [InlineData("spiffe://")]
    [InlineData("spiffe://greeter.*/client")]
    [InlineData("spiffe://greeter.example*")]
    [InlineData("everyone")]
    [InlineData("")]
    public async Task A_rule_of_no_known_kind_is_wrong_configuration(string rule)
    {
        var run = await RefusedAsync($"--Access:{SayHello}={rule}");

        run.Should().Equal("invalid-setting");
    }

    [Theory]
    [InlineData("helloworld.Greeter/SayHelo")]
    [InlineData("helloworld.Greeter")]
    [InlineData("no.such.Service/SayHello")]
    public async Task A_method_that_does_not_exist_is_an_unknown_setting(string method) =>
        (await RefusedAsync($"--Access:{method}=anyone")).Should().Equal("unknown-setting");

    public void Dispose() => _folder.Dispose();

    private static string Rule(string rule) => $$"""{ "Access": { "{{SayHello}}": {{rule}} } }""";

    private static Task AnswersAsync(TestServer server, Proof proof, PortKind port, StatusCode status) => Eventually.TrueAsync(
        () => server.GreetAsync(port, proof).GetAwaiter().GetResult().Status == status, () => $"never {status}; the log:\n{string.Join('\n', server.Log.All.Where(line => line.Contains("Access", StringComparison.Ordinal)))}");

    private async Task<IReadOnlyList<string>> RefusedAsync(string setting)
    {
        await using var app = Server.Program.Build([.. TestServer.Arguments(_folder), setting]);
        var failure = await app.Awaiting(each => each.StartAsync()).Should().ThrowAsync<GrpcTls.TlsException>();
        return [.. failure.Which.Problems.Select(problem => problem.Id)];
    }

    private void Write(string text) => _folder.Write("access.json", text);

    // The method's own rule is in no other place than the file, which has none.
    private Task<TestServer> UnlistedAsync() => TestServer.StartAsync(_folder, builder =>
    {
        foreach (var source in ((IConfigurationBuilder)builder.Configuration).Sources.Where(source => source is not Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource).ToArray())
            ((IConfigurationBuilder)builder.Configuration).Sources.Remove(source);
        var files = TestServer.Arguments(_folder).Chunk(2).Where(setting => !setting[0].StartsWith("--Access", StringComparison.Ordinal));
        builder.Configuration.AddInMemoryCollection(files.Select(setting => KeyValuePair.Create(setting[0][2..], (string?)setting[1])));
    });

    private Task<TestServer> StartAsync(string text)
    {
        Write(text);
        return TestServer.StartAsync(_folder, builder => builder.Configuration.AddJsonFile(_folder.Path("access.json"), optional: false, reloadOnChange: true));
    }
}

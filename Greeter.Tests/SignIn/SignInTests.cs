using System.Collections.Concurrent;
using Greeter.Auth.V1;
using Greeter.Pki;
using Grpc.Core;
using GrpcTls;

namespace Greeter.Tests;

/// <summary>A user's name and password for a token.</summary>
public sealed class SignInTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly string[] _settings;

    public SignInTests() => _settings = TestSignIn.Settings(_folder, "alice", "bob");

    [Theory]
    [InlineData("Tls")]
    [InlineData("Mtls")]
    public async Task A_token_counts_until_the_moment_that_its_reply_names(string portName)
    {
        var port = Enum.Parse<PortKind>(portName);
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(_folder, time, _settings);
        var proof = new Proof(port == PortKind.Mtls ? TestPki.Ec.Client : null, null);

        var reply = await server.SignInAsync(proof, port, "alice", TestUsers.Password);
        reply.ExpiresAt.ToDateTimeOffset().Should().Be(time.GetUtcNow() + TimeSpan.FromMinutes(15));

        proof = proof with { Token = reply.AccessToken };
        time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        (await server.GreetAsync(port, proof)).Should().Be((StatusCode.OK, "user:alice"));
        time.Advance(TimeSpan.FromSeconds(1));
        (await server.GreetAsync(port, proof)).Should().Be((StatusCode.Unauthenticated, null));
    }

    [Theory]
    [InlineData("greeter.auth.v1.SignIn/SignIn")]
    [InlineData("GREETER.AUTH.V1.SIGNIN/SIGNIN")]
    public async Task Without_tls_it_is_refused_before_the_password_is_read(string path)
    {
        await using var server = await TestServer.StartAsync(_folder, _settings);
        using var http = new HttpClient(new SocketsHttpHandler());
        using var body = new EndlessContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.Insecure}/{path}")
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        body.IsComplete.Should().BeFalse("nothing but headers was sent");
        response.Headers.GetValues("grpc-status").Should().Equal($"{(int)StatusCode.FailedPrecondition}");
        (await server.RefusedAsync(PortKind.Insecure, "alice", TestUsers.Password)).StatusCode.Should().Be(StatusCode.FailedPrecondition);
    }

    [Fact]
    public async Task An_unknown_user_and_a_wrong_password_are_told_the_same()
    {
        await using var server = await TestServer.StartAsync(_folder, _settings);

        var unknown = await server.RefusedAsync(PortKind.Tls, "mallory", TestUsers.Password);
        var wrong = await server.RefusedAsync(PortKind.Tls, "alice", "wrong");

        (unknown.StatusCode, unknown.Detail).Should().Be((StatusCode.Unauthenticated, "unknown user or wrong password"));
        (wrong.StatusCode, wrong.Detail).Should().Be((unknown.StatusCode, unknown.Detail));
    }

    [Fact]
    public async Task A_thousand_wrong_passwords_are_limited_and_lock_out_nobody_else_from_the_same_address()
    {
        await using var server = await TestServer.StartAsync(_folder, _settings);
        using var channel = Proof.None.Channel(server, PortKind.Tls);
        var client = new SignIn.SignInClient(channel);
        var seen = new ConcurrentDictionary<StatusCode, int>();

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (i, stop) =>
        {
            var status = await client.Invoking(each => each.SignInAsync(new SignInRequest { User = "alice", Password = $"guess {i}" }, cancellationToken: stop).ResponseAsync)
                .Should().ThrowAsync<RpcException>();
            seen.AddOrUpdate(status.Which.StatusCode, 1, (_, count) => count + 1);
        });

        seen.Keys.Should().BeEquivalentTo([StatusCode.Unauthenticated, StatusCode.ResourceExhausted]);
        seen[StatusCode.Unauthenticated].Should().BeInRange(5, 10, "five a minute, and the minute may end meanwhile");
        (await server.SignInAsync(Proof.None, PortKind.Tls, "bob", TestUsers.Password)).AccessToken.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_token_counts_at_every_instance_that_shares_the_keys_and_at_no_other()
    {
        await using var first = await TestServer.StartAsync(_folder, _settings);
        await using var second = await TestServer.StartAsync(_folder, _settings);
        await using var stranger = await TestServer.StartAsync(_folder, [.. _settings, "--SignIn:TokenKeys", _folder.Path("other_keys")]);
        var alice = await Proof.None.WithTokenAsync(first, PortKind.Tls, "alice");

        (await second.GreetAsync(PortKind.Tls, alice)).Should().Be((StatusCode.OK, "user:alice"));
        (await stranger.GreetAsync(PortKind.Tls, alice)).Should().Be((StatusCode.Unauthenticated, null));
    }

    [Fact]
    public async Task A_token_belongs_to_the_certificate_even_where_that_names_nobody()
    {
        await using var server = await TestServer.StartAsync(_folder, _settings);
        var uris = new[] { new Uri("spiffe://greeter.example/a"), new Uri("spiffe://greeter.example/b") };
        var nameless = new Proof(TestPki.Ec.ClientCa.Issue(LeafProfile.Client() with { Uris = uris }, TestPki.Now), null);

        var alice = await nameless.WithTokenAsync(server, PortKind.Mtls, "alice");

        (await server.GreetAsync(PortKind.Mtls, alice)).Should().Be((StatusCode.OK, "user:alice"));
        (await server.GreetAsync(PortKind.Mtls, alice with { Certificate = TestPki.Ec.Client })).Should().Be((StatusCode.Unauthenticated, null));
        (await server.GreetAsync(PortKind.Tls, Proof.None with { Token = alice.Token })).Should().Be((StatusCode.Unauthenticated, null));
    }

    [FactOnUnix]
    public async Task Only_the_server_s_own_user_can_read_the_token_keys()
    {
        if (OperatingSystem.IsWindows())
            return; // The attribute has skipped it; the compiler cannot know.
        var keys = _folder.Path("token_keys");
        await using (var server = await TestServer.StartAsync(_folder, _settings))
            await server.SignInAsync(Proof.None, PortKind.Tls, "alice", TestUsers.Password);

        Mode(keys).Should().Be("700");
        Directory.GetFiles(keys).Should().NotBeEmpty().And.OnlyContain(file => Mode(file) == "600");

        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        var start = () => TestServer.StartAsync(_folder, _settings);
        (await start.Should().ThrowAsync<TlsException>()).Which.Problems.Should().ContainSingle().Which.Id.Should().Be("key-readable-by-others");
    }

    public void Dispose() => _folder.Dispose();

    private static string Mode(string path) => OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(path), 8);
}

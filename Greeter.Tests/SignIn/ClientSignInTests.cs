using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using GrpcTls.Client;

namespace Greeter.Tests;

/// <summary>The client's <c>--user</c>: a password for a token, on top of TLS and never without it.</summary>
public sealed class ClientSignInTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private TestServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await TestServer.StartAsync(_folder, [.. TestSignIn.Settings(_folder, "alice"), "--Access:helloworld.Greeter/SayHello", "user:alice"]);

    [Theory]
    [InlineData("tls")]
    [InlineData("mtls")]
    public async Task Is_greeted_as_the_user_with_a_password_from_standard_input(string credentials)
    {
        var address = credentials == "tls" ? _server.Tls : _server.Mtls;

        var without = await TestClient.RunAsync(_folder, "--credentials", credentials, "--address", address);
        var with = await TestClient.RunAsync(_folder, TestUsers.Password + "\n", ["--credentials", credentials, "--address", address, "--user", "alice"]);

        with.Should().Be(new TestClient(0, "Hello World\n", ""));
        without.ExitCode.Should().Be(1);
        ThreeLines.Ids(without.Error).Should().Equal(credentials == "tls" ? "unauthenticated" : "permission-denied");
    }

    [Fact]
    public async Task Is_greeted_as_the_user_with_a_password_from_a_file()
    {
        var file = _folder.Write("password.txt", TestUsers.Password + "\nsecond line\n");

        var run = await ClientProcess.RunAsync(
            folder: null, ["--credentials", "tls", "--address", _server.Tls, "--user", "alice", .. ClientProcess.Files(_folder)], ("SignIn__PasswordFile", file));

        run.Should().Be(new ProcessResult(0, "Hello World" + Environment.NewLine, ""));
    }

    [Fact]
    public async Task A_wrong_password_is_told_as_one()
    {
        var run = await TestClient.RunAsync(_folder, "wrong\n", ["--credentials", "tls", "--address", _server.Tls, "--user", "alice"]);

        (run.ExitCode, run.Output).Should().Be((1, ""));
        ThreeLines.Ids(run.Error).Should().Equal("sign-in-refused");
        run.Error.Should().Contain("alice").And.NotContain("wrong\n");
    }

    [Fact]
    public async Task Too_many_attempts_are_told_of_the_sign_in_and_not_of_the_greeting()
    {
        await using var server = await TestServer.StartAsync(
            _folder, [.. TestSignIn.Settings(_folder, "alice"), "--SignIn:AttemptsPerUser", "1", "--SignIn:AttemptsPerAddress", "1"]);
        Task<TestClient> TryAsync() =>
            TestClient.RunAsync(_folder, "wrong\n", ["--credentials", "tls", "--address", server.Tls, "--user", "alice"]);

        ThreeLines.Ids((await TryAsync()).Error).Should().Equal("sign-in-refused");
        (await TryAsync()).ShouldFail("resource-exhausted", "greeter.auth.v1.SignIn/SignIn at ");
    }

    [Fact]
    public async Task Nothing_is_sent_without_tls()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var run = await TestClient.RunAsync(
            _folder, TestUsers.Password + "\n", ["--credentials", "insecure", "--address", $"http://{listener.LocalEndpoint}", "--user", "alice"]);

        (run.ExitCode, run.Output).Should().Be((2, ""));
        ThreeLines.Ids(run.Error).Should().Equal("token-needs-tls");
        listener.Pending().Should().BeFalse("nobody has even connected");
    }

    [Fact]
    public async Task No_password_at_all_is_wrong_usage()
    {
        var run = await TestClient.RunAsync(_folder, input: "", ["--credentials", "tls", "--address", _server.Tls, "--user", "alice"]);

        (run.ExitCode, run.Output).Should().Be((2, ""));
        ThreeLines.Ids(run.Error).Should().Equal("password-missing");
    }

    [Fact]
    public void A_token_cannot_be_put_on_a_channel_without_tls()
    {
        var token = new AccessTokenCache(_ => throw new InvalidOperationException("nobody asks"), TimeProvider.System).Credentials;

        var insecure = () => TlsChannel.ForAddress(_server.Insecure, ChannelCredentials.Create(ChannelCredentials.Insecure, token)).Dispose();
        var secure = () => TlsChannel.ForAddress(_server.Tls, ChannelCredentials.Create(new SslCredentials(TestPki.Ec.ServerCa.RootsPem), token)).Dispose();

        insecure.Should().Throw<Exception>().Which.Message.Should().ContainAny("compos", "Compos", "secure", "insecure", "Insecure");
        secure.Should().NotThrow();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}

using Greeter.Auth.V1;
using Greeter.Client;
using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;
using Helloworld;

namespace Greeter.Tests;

/// <summary>What is secret is in no log, not even in the chattiest.</summary>
public sealed class SignInSecretsTests
{
    private const string Mistyped = "my secret in the wrong field";

    [FactOnUnix]
    public async Task Neither_a_password_nor_a_token_is_ever_logged()
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var process = ServerProcess.Start([.. TestServer.Arguments(folder), .. TestSignIn.Settings(folder, "alice"), "--Logging:LogLevel:Default", "Trace",
            "--Logging:LogLevel:Microsoft", "Trace", "--Logging:LogLevel:Grpc", "Trace", "--Logging:LogLevel:Greeter.Server.CallLog", "Trace"]);
        var address = await process.WaitForAddressAsync("tls");
        var target = new Target(address, CredentialsKind.Tls, TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem), ServerName: null);
        using var channel = TlsChannel.ForAddress(address, target.Credentials());
        var signIn = new SignIn.SignInClient(channel);
        var greeter = new Helloworld.Greeter.GreeterClient(channel);

        var token = (await signIn.SignInAsync(new SignInRequest { User = "alice", Password = TestUsers.Password })).AccessToken;
        await RefusedAsync(signIn.SignInAsync(new SignInRequest { User = "alice", Password = Mistyped }));
        await RefusedAsync(signIn.SignInAsync(new SignInRequest { User = Mistyped, Password = TestUsers.Password }));
        await greeter.SayHelloAsync(new HelloRequest(), Bearer(token));
        await RefusedAsync(greeter.SayHelloAsync(new HelloRequest(), Bearer(token[..^4] + "AAAA")));
        await process.TerminateAsync();
        var log = (await process.WaitForEndAsync()).Error;

        log.Should().Contain("alice signed in from").And.Contain("user:alice over tls", "the log is on");
        foreach (var secret in new[] { TestUsers.Password, Mistyped, token[..40], token[^40..], token[..^4] })
            log.Should().NotContain(secret);
    }

    private static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    private static async Task RefusedAsync<T>(AsyncUnaryCall<T> call) =>
        (await call.Invoking(each => each.ResponseAsync).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unauthenticated);
}

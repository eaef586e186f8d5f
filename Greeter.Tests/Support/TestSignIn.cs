using Greeter.Auth.V1;
using Grpc.Core;

namespace Greeter.Tests;

/// <summary>Signs in at a server as any gRPC client would.</summary>
internal static class TestSignIn
{
    /// <summary>The settings of a server with these users, and with its token keys in the folder.</summary>
    public static string[] Settings(TestFolder folder, params IEnumerable<string> users) =>
        ["--SignIn:Users", TestUsers.Write(folder, users), "--SignIn:TokenKeys", folder.Path("token_keys")];

    public static async Task<SignInReply> SignInAsync(this TestServer server, Proof proof, PortKind port, string user, string password)
    {
        using var channel = proof.Channel(server, port);
        return await new SignIn.SignInClient(channel).SignInAsync(new SignInRequest { User = user, Password = password });
    }

    /// <summary>The status and detail of a sign-in that is refused.</summary>
    public static async Task<Status> RefusedAsync(this TestServer server, PortKind port, string user, string password)
    {
        var signIn = () => server.SignInAsync(Proof.None, port, user, password);
        return (await signIn.Should().ThrowAsync<RpcException>()).Which.Status;
    }
}

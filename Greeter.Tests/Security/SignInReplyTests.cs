using Google.Protobuf.WellKnownTypes;
using Greeter.Auth.V1;
using Grpc.Core;
using GrpcTls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>The reply to a sign-in is a server's word: whatever it says about time, the client signs in and does not break.</summary>
public sealed class SignInReplyTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    public static TheoryData<long?, int> Times => new()
    {
        { DateTimeOffset.UtcNow.AddMinutes(15).ToUnixTimeSeconds(), 0 },
        { null, 0 },
        { 0, 0 },
        { long.MaxValue, 0 },
        { long.MinValue, 0 },
        { 253402300800, 0 }, // The year 10000.
        { 1_000_000_000, -1 },
        { 1_000_000_000, int.MaxValue },
    };

    [Theory]
    [MemberData(nameof(Times))]
    public async Task Any_expiry_is_taken(long? seconds, int nanos)
    {
        var expiresAt = seconds is null ? null : new Timestamp { Seconds = seconds.Value, Nanos = nanos };
        await using var server = await PeerServer.StartAsync(
            TlsHandshake.Server(TlsMaterial.FromPem(rootsPem: null, TestPki.Ec.Server.ChainPem, TestPki.Ec.Server.KeyPem)),
            HttpProtocols.Http2,
            app =>
            {
                app.MapGrpcService<Issuer>();
                app.MapGrpcService<Server.GreeterService>();
            },
            services => services.AddSingleton(new SignInReply { AccessToken = "token", ExpiresAt = expiresAt }));

        (await TestClient.RunAsync(_folder, "password\n", ["--credentials", "tls", "--address", server.Url, "--user", "alice"])).ShouldGreet();
    }

    public void Dispose() => _folder.Dispose();

    internal sealed class Issuer(SignInReply reply) : SignIn.SignInBase
    {
        public override Task<SignInReply> SignIn(SignInRequest request, ServerCallContext context) => Task.FromResult(reply);
    }
}

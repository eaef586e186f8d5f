using Greeter.Auth.V1;
using Greeter.Client;
using Greeter.Pki;
using Grpc.Core;
using GrpcTls;
using GrpcTls.Client;

namespace Greeter.Tests;

/// <summary>A way in which a caller proves who they are, or fails to.</summary>
/// <param name="Certificate">What the client shows; null for nothing.</param>
/// <param name="Token">What goes along with each call; null for nothing.</param>
internal sealed record Proof(IssuedCertificate? Certificate, string? Token)
{
    public static readonly Proof None = new(null, null);

    /// <summary>A channel to a port with this proof. A token is sent even without TLS: what the server makes of it is asked.</summary>
    public Grpc.Net.Client.GrpcChannel Channel(TestServer server, PortKind port)
    {
        var kind = port == PortKind.Health ? CredentialsKind.Insecure : Enum.Parse<CredentialsKind>(port.ToString());
        var pki = TestPki.Ec;
        var material = TlsMaterial.FromPem(pki.ServerCa.RootsPem, Certificate?.ChainPem, Certificate?.KeyPem);
        var shown = kind == CredentialsKind.Mtls && Certificate is null ? CredentialsKind.Tls : kind;
        return TlsChannel.ForAddress(server.Url(port), new Target(server.Url(port), shown, material, ServerName: null).Credentials());
    }

    public Metadata Headers() => Token is null ? [] : new Metadata { { "authorization", $"Bearer {Token}" } };

    /// <summary>Signs in over a port, with the certificate on the mTLS port.</summary>
    public async Task<Proof> WithTokenAsync(TestServer server, PortKind port, string user)
    {
        using var channel = Channel(server, port);
        var reply = await new SignIn.SignInClient(channel).SignInAsync(new SignInRequest { User = user, Password = TestUsers.Password });
        return this with { Token = reply.AccessToken };
    }
}

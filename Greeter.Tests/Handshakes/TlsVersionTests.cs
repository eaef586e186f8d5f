using System.Security.Authentication;
using Greeter.Pki;
using Grpc.Net.Client;
using GrpcTls;
using Helloworld;

namespace Greeter.Tests;

/// <summary>Both versions of TLS carry a call on both ports, with chains on both sides and with both kinds of keys.</summary>
public sealed class TlsVersionTests
{
    public static TheoryData<SslProtocols, KeyKind> Versions => new()
    {
        { SslProtocols.Tls12, KeyKind.Ec }, { SslProtocols.Tls13, KeyKind.Ec }, { SslProtocols.Tls12, KeyKind.Rsa }, { SslProtocols.Tls13, KeyKind.Rsa },
    };

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_call_goes_through_with(SslProtocols version, KeyKind key)
    {
        var pki = TestPki.Of(key);
        using var folder = TestFolder.With(pki);
        await using var server = await TestServer.StartAsync(folder);
        foreach (var kind in new[] { PortKind.Tls, PortKind.Mtls })
        {
            var options = TlsHandshake.Client(TlsMaterial.FromPem(pki.ServerCa.RootsPem, pki.Client.ChainPem, pki.Client.KeyPem));
            options.EnabledSslProtocols = version;
            SslProtocols? agreed = null;
            using var handler = new SocketsHttpHandler
            {
                SslOptions = options,
                PlaintextStreamFilter = (context, _) =>
                {
                    agreed = ((System.Net.Security.SslStream)context.PlaintextStream).SslProtocol;
                    return ValueTask.FromResult(context.PlaintextStream);
                },
            };
            using var channel = GrpcChannel.ForAddress(server.Url(kind), new GrpcChannelOptions { HttpHandler = handler });

            var reply = await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = "Ada" });

            reply.Message.Should().Be("Hello Ada");
            agreed.Should().Be(version);
        }
    }

    [Theory]
    [InlineData("insecure")]
    [InlineData("tls")]
    [InlineData("mtls")]
    public async Task Each_port_says_which_it_is(string transport)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var kind = Enum.Parse<PortKind>(transport, ignoreCase: true);
        var material = TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem, TestPki.Ec.Client.ChainPem, TestPki.Ec.Client.KeyPem);
        var target = new Client.Target(server.Url(kind), Enum.Parse<Client.CredentialsKind>(transport, ignoreCase: true), material, ServerName: null);
        using var channel = GrpcTls.Client.TlsChannel.ForAddress(target.Address, target.Credentials());

        using var call = new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest());

        (await call.ResponseHeadersAsync).GetValue("greeter-transport").Should().Be(transport);
    }
}

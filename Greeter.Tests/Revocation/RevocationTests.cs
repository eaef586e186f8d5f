using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using Grpc.Core;
using GrpcTls;
using Helloworld;

namespace Greeter.Tests;

/// <summary>A certificate that was taken back no longer opens a connection, nor keeps one.</summary>
public sealed class RevocationTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeTime _time = new(TestPki.Now);
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly IssuedCertificate _other = TestPki.Ec.ClientCa.Issue(LeafProfile.Client("other"), TestPki.Now);

    private string List => _folder.Path("client_ca.crl");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_revoked_client_is_refused_and_its_open_connection_ends_while_others_go_on(bool der)
    {
        Write(TestPki.Ec.ClientCa.Issuing, der: der);
        await using var server = await StartAsync();
        using var revoked = Channel(server, TestPki.Ec.Client);
        using var other = Channel(server, _other);
        using var chat = await ChatAsync(revoked);
        using var otherChat = await ChatAsync(other);

        Write(TestPki.Ec.ClientCa.Issuing, der: der, revoked: TestPki.Ec.Client.Certificate);
        _time.Advance(Interval);

        (await RefusedAsync(server, TestPki.Ec.Client)).Should().Contain("[client-certificate-revoked]");
        (await GreetAsync(_other, server)).Should().Be(StatusCode.OK);
        await server.Log.WaitForAsync("ending the connection of CN=greeter-client");
        await SayAsync(chat); // In flight: it may finish.
        await SayAsync(otherChat);
        _time.Advance(TimeSpan.FromSeconds(30));
        var cut = async () => await chat.ResponseStream.MoveNext(default);
        await cut.Should().ThrowAsync<RpcException>();
        await SayAsync(otherChat);
    }

    [Fact]
    public async Task Removing_an_authority_ends_the_connections_of_its_clients()
    {
        using var stranger = Authority.Create("other_ca", KeyKind.Ec, TestPki.Now);
        var foreign = stranger.Issue(LeafProfile.Client("foreign"), TestPki.Now);
        _folder.Write(_folder.ClientCa, TestPki.Ec.ClientCa.RootsPem + stranger.RootsPem);
        await using var server = await TestServer.StartAsync(_folder, _time);
        (await GreetAsync(foreign, server)).Should().Be(StatusCode.OK);
        using var channel = Channel(server, foreign);
        using var chat = await ChatAsync(channel);

        _folder.Write(_folder.ClientCa, TestPki.Ec.ClientCa.RootsPem);
        _time.Advance(Interval);

        await server.Log.WaitForAsync("ending the connection of CN=foreign");
        (await GreetAsync(foreign, server)).Should().NotBe(StatusCode.OK);
        (await GreetAsync(TestPki.Ec.Client, server)).Should().Be(StatusCode.OK);
    }

    [Fact]
    public async Task A_connection_does_not_outlive_its_clients_certificate()
    {
        var brief = TestPki.Ec.ClientCa.Issue(LeafProfile.Client("brief") with { Lifetime = TimeSpan.FromHours(1) }, TestPki.Now);
        await using var server = await TestServer.StartAsync(_folder, _time, "--Limits:ConnectionGrace", "1.00:00:00");
        using var ending = Channel(server, brief);
        using var staying = Channel(server, _other);
        using var chat = await ChatAsync(ending);
        using var otherChat = await ChatAsync(staying);

        _time.Advance(TimeSpan.FromMinutes(59));
        server.Log.All.Should().NotContain(line => line.Contains("ending the connection", StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromMinutes(2));

        (await server.Log.WaitForAsync("ending the connection")).Should().Contain("CN=brief").And.Contain("its certificate has expired");
        server.Log.All.Count(line => line.Contains("ending the connection", StringComparison.Ordinal)).Should().Be(1);
        await SayAsync(chat); // In flight: it may finish.
        await SayAsync(otherChat);
    }

    [Theory]
    [InlineData("forged", RevocationFailure.Hard, "revocation-unknown")]
    [InlineData("forged", RevocationFailure.Soft, null)]
    [InlineData("expired", RevocationFailure.Hard, "revocation-list-expired")]
    [InlineData("expired", RevocationFailure.Soft, null)]
    [InlineData("of another issuer", RevocationFailure.Hard, "revocation-unknown")]
    [InlineData("of another issuer", RevocationFailure.Soft, null)]
    [InlineData("good", RevocationFailure.Hard, null)]
    [InlineData("good", RevocationFailure.Soft, null)]
    public async Task A_list_that_does_not_count_has_the_documented_effect(string kind, RevocationFailure mode, string? problem)
    {
        using var twin = Authority.Create("client_ca", KeyKind.Ec, TestPki.Now);
        switch (kind)
        {
            case "forged": // The right name, another key.
                Write(twin.Issuing, revoked: TestPki.Ec.Client.Certificate);
                break;
            case "of another issuer":
                Write(TestPki.Ec.ServerCa.Issuing);
                break;
            case "expired":
                Write(TestPki.Ec.ClientCa.Issuing, lifetime: TimeSpan.FromMinutes(-1));
                break;
            default:
                Write(TestPki.Ec.ClientCa.Issuing);
                break;
        }

        await using var server = await StartAsync("--Tls:RevocationFailure", $"{mode}");

        if (problem is null)
            (await GreetAsync(TestPki.Ec.Client, server)).Should().Be(StatusCode.OK);
        else
            (await RefusedAsync(server, TestPki.Ec.Client)).Should().Contain($"[{problem}]");
    }

    [Fact]
    public void A_file_that_is_no_list_is_named()
    {
        _folder.Write(List, "no list");
        var load = () => Server.Program.Build([.. TestServer.Arguments(_folder), "--Tls:RevocationLists", List]);
        load.Should().Throw<TlsException>().Which.Problems.Should().ContainSingle().Which.Id.Should().Be("revocation-list-malformed");
    }

    public void Dispose() => _folder.Dispose();

    private Task<TestServer> StartAsync(params string[] more) => TestServer.StartAsync(_folder, _time, ["--Tls:RevocationLists", List, .. more]);

    private void Write(X509Certificate2 issuing, bool der = false, TimeSpan? lifetime = null, params X509Certificate2[] revoked)
    {
        var pem = RevokedList.ToPem(issuing, earlierPem: null, revoked, TestPki.Now, lifetime);
        if (der)
            File.WriteAllBytes(List, Convert.FromBase64String(string.Concat(pem.Split('\n').Where(line => !line.StartsWith('-')))));
        else
            File.WriteAllText(List, pem);
    }

    private static Grpc.Net.Client.GrpcChannel Channel(TestServer server, IssuedCertificate certificate) => new Proof(certificate, null).Channel(server, PortKind.Mtls);

    private static async Task<StatusCode> GreetAsync(IssuedCertificate certificate, TestServer server)
    {
        using var channel = Channel(server, certificate);
        try
        {
            await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest());
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private static async Task<string> RefusedAsync(TestServer server, IssuedCertificate certificate)
    {
        (await GreetAsync(certificate, server)).Should().NotBe(StatusCode.OK);
        return await server.Log.WaitForAsync("refused a handshake");
    }

    private static async Task<AsyncDuplexStreamingCall<HelloRequest, HelloReply>> ChatAsync(Grpc.Net.Client.GrpcChannel channel)
    {
        var chat = new Helloworld.Greeter.GreeterClient(channel).SayHelloBidiStream();
        await SayAsync(chat);
        return chat;
    }

    private static async Task SayAsync(AsyncDuplexStreamingCall<HelloRequest, HelloReply> chat)
    {
        await chat.RequestStream.WriteAsync(new HelloRequest());
        (await chat.ResponseStream.MoveNext(default)).Should().BeTrue();
    }
}

using Greeter.Pki;
using Grpc.Core;
using Helloworld;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Greeter.Tests;

/// <summary>Every kind of proof, under every kind of rule, with every method, on every port.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private static readonly string[] Methods = ["SayHello", "SayHelloStreamReply", "SayHelloBidiStream"];
    private static readonly PortKind[] Ports = [PortKind.Insecure, PortKind.Tls, PortKind.Mtls];

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private readonly Dictionary<string, Proof> _proofs = [];
    private string[] _signIn = [];

    private static readonly string[] Everybody = ["spiffe://greeter.example/client", "cn:legacy", "dns:web.example", "user:alice", "user:bob"];

    // Each rule with the callers that it lets in. Any other caller is denied, and whoever proves nothing is unauthenticated.
    private static readonly Dictionary<string, string[]> LetIn = new()
    {
        ["anyone"] = Everybody,
        ["authenticated"] = Everybody,
        ["spiffe://greeter.example/client"] = ["spiffe://greeter.example/client"],
        ["spiffe://greeter.example/*"] = ["spiffe://greeter.example/client"],
        ["spiffe://greeter.example/other"] = [],
        ["cn:legacy"] = ["cn:legacy"],
        ["dns:web.example"] = ["dns:web.example"],
        ["user:alice"] = ["user:alice"],
        ["user:bob"] = ["user:bob"],
        ["cn:alice"] = [],
    };

    // Callers without a token: "anyone" greets them also where they prove nothing. A token that is no good is refused.
    private static readonly string[] WithoutToken = ["none", "certificate", "common name only", "dns name", "two uris"];

    public static TheoryData<string> Rules => [.. LetIn.Keys];

    public async Task InitializeAsync()
    {
        _signIn = ["--SignIn:Users", TestUsers.Write(_folder, "alice", "bob"), "--SignIn:TokenKeys", _folder.Path("token_keys")];
        var client = new Proof(TestPki.Ec.Client, null);
        var legacy = new Proof(Issue(new LeafProfile { CommonName = "legacy", ClientAuth = true }), null);
        var web = new Proof(Issue(new LeafProfile { CommonName = "ignored", DnsNames = ["web.example"], ClientAuth = true }), null);
        var two = LeafProfile.Client() with { Uris = [new Uri("spiffe://greeter.example/client"), new Uri("spiffe://greeter.example/other")] };

        // The tokens come from a server that has since been restarted: only the folder of keys is shared.
        await using var before = await TestServer.StartAsync(_folder, _signIn);
        await using var shortLived = await TestServer.StartAsync(_folder, [.. _signIn, "--SignIn:TokenLifetime", "00:00:01"]);
        var alice = await Proof.None.WithTokenAsync(before, PortKind.Tls, "alice");
        var bound = await client.WithTokenAsync(before, PortKind.Mtls, "alice");
        _proofs["none"] = Proof.None;
        _proofs["certificate"] = client;
        _proofs["common name only"] = legacy;
        _proofs["dns name"] = web;
        _proofs["two uris"] = new Proof(Issue(two), null);
        _proofs["token"] = alice;
        _proofs["token of another user"] = await Proof.None.WithTokenAsync(before, PortKind.Tls, "bob");
        _proofs["both"] = client with { Token = alice.Token };
        _proofs["both, bound"] = bound;
        _proofs["bound to another certificate"] = legacy with { Token = bound.Token };
        _proofs["bound, without the certificate"] = Proof.None with { Token = bound.Token };
        _proofs["expired token"] = await Proof.None.WithTokenAsync(shortLived, PortKind.Tls, "alice");
        _proofs["forged token"] = Proof.None with { Token = alice.Token![..^4] + "AAAA" };
        await Eventually.TrueAsync(() => IsExpired(shortLived), () => "the token of one second does not expire");
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task The_status_and_the_caller_are_as_the_rule_says(string rule)
    {
        await using var server = await TestServer.StartAsync(_folder, [.. _signIn, .. Methods.SelectMany(method => new[] { $"--Access:helloworld.Greeter/{method}", rule })]);
        foreach (var (name, proof) in _proofs)
        {
            foreach (var port in Ports)
            {
                if (port == PortKind.Mtls && proof.Certificate is null)
                    continue; // No connection, so no call: see CredentialsTests.
                var caller = Caller(name, port);
                var expected = Expected(rule, name, caller);
                using var channel = proof.Channel(server, port);
                foreach (var method in Methods)
                    (await CallAsync(channel, proof, method)).Should().Be((expected, expected == StatusCode.OK ? caller : null), $"rule '{rule}', {name}, {port}, {method}");
            }
        }
    }

    [Fact]
    public async Task A_method_that_does_not_exist_stays_unimplemented()
    {
        await using var server = await TestServer.StartAsync(_folder, _signIn);
        using var channel = Proof.None.Channel(server, PortKind.Tls);
        var bytes = Marshallers.Create(text => System.Text.Encoding.UTF8.GetBytes(text), System.Text.Encoding.UTF8.GetString);
        foreach (var service in new[] { "helloworld.Greeter", "no.such.Service" })
        {
            var call = () => channel.CreateCallInvoker().AsyncUnaryCall(new Method<string, string>(MethodType.Unary, service, "NoSuchMethod", bytes, bytes), null, default, "").ResponseAsync;
            (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
        }
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    // Who a proof stands for on a port; null for nobody.
    private static string? Caller(string proof, PortKind port) => (proof, port) switch
    {
        ("token" or "both", not PortKind.Insecure) or ("both, bound", PortKind.Mtls) => "user:alice",
        ("token of another user", not PortKind.Insecure) => "user:bob",
        ("certificate", PortKind.Mtls) => "spiffe://greeter.example/client",
        ("common name only", PortKind.Mtls) => "cn:legacy",
        ("dns name", PortKind.Mtls) => "dns:web.example",
        _ => null,
    };

    private static StatusCode Expected(string rule, string proof, string? caller) => caller switch
    {
        null => rule == "anyone" && WithoutToken.Contains(proof) ? StatusCode.OK : StatusCode.Unauthenticated,
        _ => LetIn[rule].Contains(caller) ? StatusCode.OK : StatusCode.PermissionDenied,
    };

    private static async Task<(StatusCode Status, string? Caller)> CallAsync(Grpc.Net.Client.GrpcChannel channel, Proof proof, string method)
    {
        var client = new Helloworld.Greeter.GreeterClient(channel);
        var request = new HelloRequest { Name = "Ada" };
        try
        {
            Metadata headers;
            switch (method)
            {
                case "SayHello":
                    using (var unary = client.SayHelloAsync(request, proof.Headers()))
                    {
                        (await unary).Message.Should().Be("Hello Ada");
                        headers = await unary.ResponseHeadersAsync;
                    }

                    break;
                case "SayHelloStreamReply":
                    using (var stream = client.SayHelloStreamReply(request, proof.Headers()))
                    {
                        (await stream.ResponseStream.ReadAllAsync().CountAsync()).Should().Be(5);
                        headers = await stream.ResponseHeadersAsync;
                    }

                    break;
                default:
                    using (var chat = client.SayHelloBidiStream(proof.Headers()))
                    {
                        try
                        {
                            await chat.RequestStream.WriteAsync(request);
                        }
                        catch (RpcException)
                        {
                            // A call that was refused at once takes no more requests; the replies' side has its status.
                        }

                        (await chat.ResponseStream.MoveNext(default)).Should().BeTrue();
                        await chat.RequestStream.CompleteAsync();
                        (await chat.ResponseStream.MoveNext(default)).Should().BeFalse();
                        headers = await chat.ResponseHeadersAsync;
                    }

                    break;
            }

            return (StatusCode.OK, headers.GetValue("greeter-caller"));
        }
        catch (RpcException e)
        {
            e.Status.Detail.Should().NotBeEmpty($"{e}");
            return (e.StatusCode, null);
        }
    }

    private static IssuedCertificate Issue(LeafProfile profile) => TestPki.Ec.ClientCa.Issue(profile, TestPki.Now);

    private bool IsExpired(TestServer server)
    {
        var handler = server.App.Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get(BearerTokenDefaults.AuthenticationScheme);
        return handler.BearerTokenProtector.Unprotect(_proofs["expired token"].Token)?.Properties.ExpiresUtc < DateTimeOffset.UtcNow;
    }
}

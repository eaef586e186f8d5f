using System.Net;
using Grpc.Core;
using GrpcTls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Greeter.Tests;

/// <summary>What has no rule is denied, whatever it is and however it was mapped.</summary>
public sealed class AccessByDefaultTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Theory]
    [InlineData("/plain", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden)]
    [InlineData("/no-name", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden)]
    [InlineData("/like-grpc/anything", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden)]
    [InlineData("/not-there", HttpStatusCode.NotFound, HttpStatusCode.NotFound)]
    [InlineData("/said-so", HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task What_is_no_grpc_method_is_denied_unless_it_says_otherwise(string path, HttpStatusCode nobody, HttpStatusCode somebody)
    {
        await using var app = Server.Program.Build(TestServer.Arguments(_folder));
        app.MapGet("/plain", Secret);
        app.MapGet("/no-name", Secret).RequireAuthorization();
        app.MapGet("/like-grpc/{unimplementedMethod}", Secret);
        app.MapGet("/said-so", Secret).AllowAnonymous();
        await app.StartAsync();

        (await GetAsync(app, PortKind.Tls, path)).Should().Be(nobody);
        (await GetAsync(app, PortKind.Mtls, path)).Should().Be(somebody);
        await app.StopAsync();
    }

    [Fact]
    public async Task A_service_that_was_mapped_without_a_policy_is_denied()
    {
        await using var app = Server.Program.Build(TestServer.Arguments(_folder));
        app.MapGrpcService<Forgotten>();
        await app.StartAsync();
        using var channel = GrpcTls.Client.TlsChannel.ForAddress(Url(app, PortKind.Tls), new Client.Target(
            Url(app, PortKind.Tls), Client.CredentialsKind.Tls, TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem), ServerName: null).Credentials());
        var bytes = Marshallers.Create(text => System.Text.Encoding.UTF8.GetBytes(text), System.Text.Encoding.UTF8.GetString);

        var call = () => channel.CreateCallInvoker().AsyncUnaryCall(new Method<string, string>(MethodType.Unary, "forgotten.Service", "Tell", bytes, bytes), null, default, "").ResponseAsync;

        (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unauthenticated);
        await app.StopAsync();
    }

    [Theory]
    [InlineData("spiffe://*", "DOMAIN/*", "no wildcard in it")]
    [InlineData("spiffe://Greeter.example/client", "spiffe://greeter.example/client (", "lower case")]
    [InlineData("SPIFFE://greeter.example/client", "spiffe://greeter.example/client (", "lower case")]
    [InlineData("spiffe://greeter.example/client/", "spiffe://greeter.example/client (", "not even the last")]
    [InlineData("spiffe://greeter.example", "spiffe://greeter.example/* (", "alone")]
    [InlineData("spiffe://greeter.example/", "spiffe://greeter.example/* (", "alone")]
    [InlineData("spiffe://greeter.example//a", "spiffe://greeter.example/a (", "empty")]
    [InlineData("spiffe://greeter.example/a//*", "spiffe://greeter.example/a/* (", "empty")]
    [InlineData("spiffe://greeter.example/a*", "DOMAIN/*", "after a slash")]
    [InlineData("spiffe://greeter.example/../a", "DOMAIN/*", "'..'")]
    [InlineData("spiffe://greeter.example:443/a", "DOMAIN/*", "no port")]
    [InlineData("spiffe://greeter.example/a?b", "DOMAIN/*", "query")]
    [InlineData("dns:Web.example", "dns:web.example (", "lower case")]
    [InlineData("dns:web.example.", "dns:web.example (", "single dots")]
    [InlineData("dns:*.example", "DOMAIN/*", "stands for many")]
    [InlineData("dns:192.0.2.1", "dns:NAME", "IP address")]
    [InlineData("dns:web..example", "dns:NAME", "single dots")]
    [InlineData("User:alice", "user:alice (", "lower case")]
    [InlineData("user:a b", "user:NAME", "space")]
    [InlineData("Anyone", "anyone (", "lower case")]
    public async Task A_rule_that_nobody_can_match_ends_the_program_at_its_start(string rule, string suggestion, string reason)
    {
        await using var app = Server.Program.Build(
            [.. TestServer.Arguments(_folder), "--Access:helloworld.Greeter/SayHello:0=anyone", $"--Access:helloworld.Greeter/SayHello:1={rule}"]);

        var failure = await app.Awaiting(each => each.StartAsync()).Should().ThrowAsync<TlsException>();
        var problem = failure.Which.Problems.Should().ContainSingle().Which;
        problem.Id.Should().Be("invalid-setting");
        problem.Cause.Should().Contain($"'{rule}'");
        problem.Fix.Should().Contain(suggestion).And.Contain(reason);
    }

    [Theory]
    [InlineData("spiffe://greeter.example/client")]
    [InlineData("spiffe://greeter.example/*")]
    [InlineData("spiffe://greeter.example/ns/default/*")]
    [InlineData("dns:web.example")]
    [InlineData("dns:xn--bcher-kva.example")]
    [InlineData("cn:Any Name, of whatever")]
    [InlineData("user:alice")]
    [InlineData("anyone")]
    [InlineData("authenticated")]
    public async Task A_rule_that_somebody_can_match_is_taken(string rule)
    {
        await using var app = Server.Program.Build([.. TestServer.Arguments(_folder), $"--Access:helloworld.Greeter/SayHello={rule}"]);
    }

    [Theory]
    [InlineData("dns:web.example", StatusCode.OK)]
    [InlineData("dns:other.example", StatusCode.PermissionDenied)]
    public async Task A_dns_name_counts_whatever_the_case_of_the_certificate_s_letters(string rule, StatusCode status)
    {
        await using var server = await TestServer.StartAsync(_folder, $"--Access:helloworld.Greeter/SayHello={rule}");
        var proof = new Proof(TestPki.Ec.ClientCa.Issue(new Pki.LeafProfile { CommonName = "ignored", DnsNames = ["Web.Example"], ClientAuth = true }, TestPki.Now), null);

        (await server.GreetAsync(PortKind.Mtls, proof)).Status.Should().Be(status);
    }

    public void Dispose() => _folder.Dispose();

    private static string Secret() => "secret";

    private static string Url(WebApplication app, PortKind kind) =>
        app.Services.GetRequiredService<IReadOnlyList<ServerPort>>().Single(port => port.Kind == kind).Url;

    private static async Task<HttpStatusCode> GetAsync(WebApplication app, PortKind port, string path)
    {
        var client = port == PortKind.Mtls ? TestPki.Ec.Client : null;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = TlsHandshake.Client(TlsMaterial.FromPem(TestPki.Ec.ServerCa.RootsPem, client?.ChainPem, client?.KeyPem)),
        };
        using var http = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await http.GetAsync(new Uri($"{Url(app, port)}{path}"));
        var body = await response.Content.ReadAsStringAsync();
        body.Should().Be(response.IsSuccessStatusCode ? Secret() : "");
        return response.StatusCode;
    }

    private sealed class Forgotten : ForgottenBase
    {
        public override Task<string> Tell(string request, ServerCallContext context) => Task.FromResult(Secret());
    }

    // As the generated code does it.
    [BindServiceMethod(typeof(ForgottenBase), nameof(Bind))]
    private abstract class ForgottenBase
    {
        private static readonly Marshaller<string> Texts = Marshallers.Create(text => System.Text.Encoding.UTF8.GetBytes(text), System.Text.Encoding.UTF8.GetString);

        public static void Bind(ServiceBinderBase binder, ForgottenBase? service) => binder.AddMethod(
            new Method<string, string>(MethodType.Unary, "forgotten.Service", nameof(Tell), Texts, Texts),
            service is null ? null : new UnaryServerMethod<string, string>(service.Tell));

        public abstract Task<string> Tell(string request, ServerCallContext context);
    }
}

using System.Collections.Concurrent;
using Grpc.Core;
using GrpcTls.Client;
using Helloworld;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Greeter.Tests;

/// <summary>What HTTP allows a server, or a careless program, and gRPC has no place for.</summary>
public sealed class ClientTransportTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Theory]
    [InlineData(307, "/elsewhere")]
    [InlineData(308, "/elsewhere")]
    [InlineData(307, "http://localhost:1/")]
    public async Task A_redirect_is_not_followed(int status, string location)
    {
        var requests = new ConcurrentQueue<string>();
        await using var server = await PeerServer.StartAsync(tls: null, HttpProtocols.Http2, app => app.Run(context =>
        {
            requests.Enqueue(context.Request.Path);
            context.Response.StatusCode = status;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        }));
        string[] call = ["--credentials", "insecure", "--address", $"http://localhost:{server.Port}"];

        (await TestClient.RunAsync(_folder, call)).ShouldFail("not-grpc", $"{status}");

        requests.Should().Equal("/helloworld.Greeter/SayHello");
    }

    [Fact]
    public async Task A_cookie_does_not_come_back()
    {
        var cookies = new ConcurrentQueue<string>();
        await using var server = await PeerServer.StartAsync(tls: null, HttpProtocols.Http2, app =>
        {
            app.Use((context, next) =>
            {
                cookies.Enqueue(context.Request.Headers.Cookie.ToString());
                context.Response.Headers.SetCookie = "session=stolen; Path=/";
                return next(context);
            });
            app.MapGrpcService<Server.GreeterService>();
        });
        using var channel = TlsChannel.ForAddress($"http://localhost:{server.Port}", ChannelCredentials.Insecure);
        var client = new Helloworld.Greeter.GreeterClient(channel);

        for (var i = 0; i < 2; i++)
            (await client.SayHelloAsync(new HelloRequest { Name = "Ada" })).Message.Should().Be("Hello Ada");

        cookies.Should().Equal("", "");
    }

    public static TheoryData<string, bool> Values => new()
    {
        { "Bearer abc", true },
        { "Bearer \t", false },
        { "Bearer secret\r\nx-admin: yes", false },
        { "Bearer secret\n", false },
        { "Bearer secret\0", false },
        { "Bearer sécret", false },
    };

    // Neither the other calls on the connection nor the log have to pay for it.
    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_header_with_a_control_character_is_refused_before_it_is_sent(string value, bool isGood)
    {
        await using var server = await TestServer.StartAsync(_folder);
        var withToken = CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("authorization", value);
            return Task.CompletedTask;
        });
        var roots = new SslCredentials(TestPki.Ec.ServerCa.RootsPem);
        using var plain = TlsChannel.ForAddress(server.Tls, roots);
        using var composed = TlsChannel.ForAddress(server.Tls, ChannelCredentials.Create(roots, withToken));
        (Func<AsyncUnaryCall<HelloReply>> Call, string Name)[] ways =
        [
            (() => new Helloworld.Greeter.GreeterClient(plain).SayHelloAsync(new HelloRequest(), new Metadata { { "x-note", value } }), "x-note"),
            (() => new Helloworld.Greeter.GreeterClient(plain).SayHelloAsync(new HelloRequest(), new CallOptions(credentials: withToken)), "authorization"),
            (() => new Helloworld.Greeter.GreeterClient(composed).SayHelloAsync(new HelloRequest()), "authorization"),
        ];

        foreach (var (call, name) in ways)
        {
            var failure = await FailureAsync(call());
            if (isGood)
            {
                failure?.StatusCode.Should().Be(StatusCode.Unauthenticated, "the server has seen it"); // Or served, for the note.
                continue;
            }

            failure!.Status.DebugException.Problems().Should().ContainSingle().Which.Id.Should().Be("metadata-invalid");
            failure.Status.Detail.Should().Contain(name).And.NotContain("secret");
        }

        (await new Helloworld.Greeter.GreeterClient(plain).SayHelloAsync(new HelloRequest { Name = "Ada" })).Message.Should().Be("Hello Ada");
        server.Log.All.Should().NotContain(line => line.Contains("PROTOCOL_ERROR", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tls", "https://alice:s3cret@localhost:50052")]
    [InlineData("tls", "https://s3cret@localhost:50052")]
    [InlineData("tls", "https://alice:s3cret@@:x")]
    [InlineData("insecure", "http://alice:s3cret@localhost:50051")]
    public async Task A_password_in_an_address_is_refused_and_not_shown(string credentials, string address)
    {
        foreach (var command in new string[][] { ["--credentials", credentials, "--address", address], ["doctor", address] })
        {
            var run = await TestClient.RunAsync(_folder, command);

            (run.ExitCode, run.Output).Should().Be((2, ""));
            ThreeLines.Ids(run.Error).Should().Equal("invalid-setting");
            run.Error.Should().Contain("***@").And.NotContain("s3cret").And.NotContain("alice");
        }
    }

    [Fact]
    public void A_channel_takes_no_password_either() =>
        FluentActions.Invoking(() => TlsChannel.ForAddress("https://alice:s3cret@localhost", new SslCredentials()))
            .Should().Throw<ArgumentException>().Which.Message.Should().NotContain("s3cret");

    public void Dispose() => _folder.Dispose();

    private static async Task<RpcException?> FailureAsync(AsyncUnaryCall<HelloReply> call)
    {
        try
        {
            await call;
            return null;
        }
        catch (RpcException e)
        {
            return e;
        }
    }
}

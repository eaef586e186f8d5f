using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Greeter.Tests;

/// <summary>grpc.reflection.v1: what there is to call, told in the environment Development alone.</summary>
public sealed class ReflectionTests : IDisposable
{
    private const string Info = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task Is_off_unless_told_otherwise()
    {
        await using var server = await TestServer.StartAsync(_folder);

        var ask = () => AskAsync(server, new ServerReflectionRequest { ListServices = "" });

        (await ask.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task Lists_the_services_in_development()
    {
        await using var server = await StartAsync();

        var answer = await AskAsync(server, new ServerReflectionRequest { Host = "a host", ListServices = "" });

        answer.ListServicesResponse.Service.Select(service => service.Name).Should()
            .BeEquivalentTo(
                "helloworld.Greeter", "greeter.auth.v1.SignIn", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection");
    }

    [Theory]
    [InlineData("helloworld.Greeter", "greet.proto")]
    [InlineData("helloworld.Greeter.SayHello", "greet.proto")]
    [InlineData("helloworld.HelloReply", "greet.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "health.proto")]
    [InlineData("google.protobuf.Timestamp", "google/protobuf/timestamp.proto")]
    public async Task Tells_the_file_of_a_symbol(string symbol, string file)
    {
        await using var server = await StartAsync();

        var answer = await AskAsync(server, new ServerReflectionRequest { FileContainingSymbol = symbol });

        FileDescriptorProto.Parser.ParseFrom(answer.FileDescriptorResponse.FileDescriptorProto[0]).Name.Should().Be(file);
    }

    [Fact]
    public async Task Tells_a_file_with_all_that_it_needs_to_be_built_again()
    {
        await using var server = await StartAsync();

        var answer = await AskAsync(server, new ServerReflectionRequest { FileByFilename = "sign_in.proto" });

        // A file comes after those it imports, so that they can be built in the opposite order.
        var built = FileDescriptor.BuildFromByteStrings(answer.FileDescriptorResponse.FileDescriptorProto.Reverse());
        built[^1].Services.Should().ContainSingle().Which.FullName.Should().Be("greeter.auth.v1.SignIn");
    }

    [Fact]
    public async Task What_there_is_not_is_not_found_and_the_stream_goes_on()
    {
        await using var server = await StartAsync();
        using var channel = Proof.None.Channel(server, PortKind.Tls);
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();

        foreach (var request in new ServerReflectionRequest[]
        {
            new() { FileContainingSymbol = "helloworld.NoSuch" }, new() { FileByFilename = "no-such.proto" },
        })
        {
            await call.RequestStream.WriteAsync(request);
            (await call.ResponseStream.MoveNext()).Should().BeTrue();
            call.ResponseStream.Current.ErrorResponse.ErrorCode.Should().Be((int)StatusCode.NotFound);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<ServerReflectionResponse> AskAsync(TestServer server, ServerReflectionRequest request)
    {
        using var channel = Proof.None.Channel(server, PortKind.Tls);
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        try
        {
            await call.RequestStream.WriteAsync(request);
            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // A call that was refused at once takes no requests; the answers' side has its status.
        }

        (await call.ResponseStream.MoveNext()).Should().BeTrue();
        return call.ResponseStream.Current;
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(_folder, "--Environment", "Development", $"--Access:{Info}", "anyone");
}

using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using Helloworld;

namespace Greeter.Tests;

/// <summary>How the server's process starts: ports, folders, and what it prints.</summary>
public sealed class ServerStartTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task Announces_its_ports_on_standard_error_and_greets()
    {
        await using var server = ServerProcess.Start(TestServer.Arguments(_folder));

        (await server.WaitForAddressAsync("tls")).Should().MatchRegex(@"^https://localhost:[1-9]\d+$");
        (await server.WaitForAddressAsync("mtls")).Should().MatchRegex(@"^https://localhost:[1-9]\d+$");
        var insecure = await server.WaitForAddressAsync("insecure");
        insecure.Should().MatchRegex(@"^http://localhost:[1-9]\d+$");

        using var channel = GrpcChannel.ForAddress(insecure);
        var reply = await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = "World" });
        reply.Message.Should().Be("Hello World");
        server.Output.ToString().Should().BeEmpty();
        server.Error.ToString().Should().NotContain("\e", "nobody but a terminal reads colours");
    }

    [Fact]
    public async Task Names_the_setting_of_a_port_that_is_in_use_and_takes_it_once_it_is_free()
    {
        using var other = Listen(out var port);
        string[] arguments = [.. TestServer.Arguments(_folder), "--Ports:Tls", $"{port}"];

        var run = await ServerProcess.RunAsync(arguments);

        (run.ExitCode, run.Output).Should().Be((2, ""), run.Error);
        ThreeLines.Ids(run.Error).Should().Equal("port-in-use");
        run.Error.Should().Contain($"Ports:Tls is {port}");

        other.Stop();
        await using var server = ServerProcess.Start(arguments);
        (await server.WaitForAddressAsync("tls")).Should().Be($"https://localhost:{port}");
    }

    [Fact]
    public async Task Takes_relative_paths_of_its_configuration_from_its_own_folder_and_not_the_current_one()
    {
        using var elsewhere = new TestFolder();
        var fromProject = Path.GetRelativePath(Programs.Source("Greeter.Server"), _folder.ServerCert);
        var others = TestServer.Arguments(_folder).Chunk(2).Where(setting => setting[0] != "--Tls:CertificateChain").SelectMany(setting => setting);
        await using var server = ServerProcess.Start(elsewhere.Root, others, ("Tls__CertificateChain", fromProject));

        await server.WaitForAddressAsync("tls");
    }

    [Fact]
    public async Task Takes_relative_paths_of_its_command_line_from_the_current_folder()
    {
        await using var server = ServerProcess.Start(_folder.Root, [.. TestServer.Arguments(_folder), "--Tls:CertificateChain", "server_cert.pem"]);

        await server.WaitForAddressAsync("tls");
    }

    [Fact]
    public async Task Says_where_its_own_configuration_is_broken()
    {
        using var copy = CopyOfServer("""{ "Ports": { "Insecure": 0 "Tls": 0 } }""");

        var run = await ChildProcess.RunAsync(Programs.Dotnet, [copy.Path("Greeter.Server.dll"), .. TestServer.Arguments(_folder)]);

        (run.ExitCode, run.Output).Should().Be((2, ""), run.Error);
        ThreeLines.Ids(run.Error).Should().Equal("settings-unreadable");
        run.Error.Should().Contain(copy.Path("appsettings.json"));
    }

    [Fact]
    public async Task Reads_the_configuration_beside_itself()
    {
        using var copy = CopyOfServer("""{ "Ports": { "Insecure": 0 } }""");
        await using var server = ChildProcess.Start(Programs.Dotnet, [copy.Path("Greeter.Server.dll")], copy.Root);

        await server.WaitForAddressAsync("insecure");
        server.Error.ToString().Should().NotContain("https://", "the project's own configuration is not read");
    }

    public void Dispose() => _folder.Dispose();

    // A number that the operating system gives to no other test meanwhile: its own begin at 32768.
    private static TcpListener Listen(out int port)
    {
        while (true)
        {
            port = Random.Shared.Next(20_000, 30_000);
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException)
            {
                listener.Dispose();
            }
        }
    }

    private static TestFolder CopyOfServer(string settings)
    {
        var copy = new TestFolder();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Programs.Server)!))
            File.Copy(file, copy.Path(Path.GetFileName(file)));
        copy.Write("appsettings.json", settings);
        return copy;
    }
}

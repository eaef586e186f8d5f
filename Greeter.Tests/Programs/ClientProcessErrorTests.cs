using System.Net;
using System.Net.Sockets;

namespace Greeter.Tests;

/// <summary>What the client's process says where it cannot call: three lines each on standard error, and its exit code.</summary>
public sealed class ClientProcessErrorTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);

    [Fact]
    public async Task An_address_where_nobody_listens_is_a_failure()
    {
        // Bound and not listening: nobody else is given this port meanwhile.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;

        var run = await ClientProcess.RunAsync(["--address", $"https://127.0.0.1:{port}", .. ClientProcess.Files(_folder)]);

        Ids(run, exitCode: 1).Should().Equal("server-unreachable");
        run.Error.Should().Contain($"127.0.0.1 port {port}");
    }

    [Theory]
    [InlineData("--adress", "https://localhost:50053")]
    [InlineData("--credentials", "ssl")]
    [InlineData("--deadline", "0")]
    [InlineData("--deadline", "soon")]
    public async Task A_wrong_option_is_wrong_usage(string option, string value)
    {
        var run = await ClientProcess.RunAsync([option, value, .. ClientProcess.Files(_folder)]);

        Ids(run, exitCode: 2).Should().OnlyContain(id => id == "wrong-usage").And.NotBeEmpty();
        run.Error.Should().ContainAny(option, value);
    }

    [Fact]
    public async Task Help_is_an_answer()
    {
        var run = await ClientProcess.RunAsync("--help");

        (run.ExitCode, run.Error).Should().Be((0, ""));
        run.Output.Should().Contain("--server-ca").And.NotContain("\e");
    }

    [Theory]
    [InlineData("tls", "http://localhost:50052")]
    [InlineData("mtls", "http://localhost:50053")]
    [InlineData("insecure", "https://localhost:50051")]
    public async Task Credentials_and_address_have_to_go_together(string credentials, string address)
    {
        var run = await ClientProcess.RunAsync(["--credentials", credentials, "--address", address, .. ClientProcess.Files(_folder)]);

        Ids(run, exitCode: 2).Should().Equal("scheme-mismatch");
        run.Error.Should().Contain($"--address is {address}; {credentials} credentials");
    }

    [Fact]
    public async Task An_unknown_setting_is_wrong_configuration()
    {
        var run = await ClientProcess.RunAsync(folder: null, ClientProcess.Files(_folder), ("Tls__TrustedRoot", _folder.ServerCa));

        Ids(run, exitCode: 2).Should().Equal("unknown-setting");
        run.Error.Should().Contain("did you mean TrustedRoots?");
    }

    [Fact]
    public async Task All_missing_files_are_named_at_once()
    {
        using var empty = new TestFolder();

        var run = await ClientProcess.RunAsync(ClientProcess.Files(empty));

        Ids(run, exitCode: 2).Should().Equal("file-missing");
        run.Error.Should().Contain(empty.ServerCa).And.Contain(empty.ClientCert).And.Contain(empty.ClientKey);
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_told_in_three_lines_and_not_by_the_log_as_well()
    {
        await using var server = await TestServer.StartAsync(_folder);

        var run = await ClientProcess.RunAsync(["--deadline", "0.000001", "--address", server.Mtls, .. ClientProcess.Files(_folder)]);

        Ids(run, exitCode: 1).Should().Equal("deadline-exceeded");
    }

    [Fact]
    public async Task A_chat_whose_server_is_gone_ends_while_nobody_types()
    {
        await using var server = ServerProcess.Start(TestServer.Arguments(_folder));
        var address = await server.WaitForAddressAsync("mtls");
        await using var client = ClientProcess.Start(["--chat", "--address", address, .. ClientProcess.Files(_folder)]);
        await client.Input.WriteLineAsync("Ada");
        await client.Output.WaitForAsync("Hello Ada");

        await server.DisposeAsync();

        var end = await client.WaitForEndAsync();
        (end.ExitCode, end.Output).Should().Be((1, "Hello Ada" + Environment.NewLine));
        ThreeLines.Ids(end.Error).Should().Equal("connection-lost");
    }

    public void Dispose() => _folder.Dispose();

    private static IReadOnlyList<string> Ids(ProcessResult run, int exitCode)
    {
        (run.ExitCode, run.Output).Should().Be((exitCode, ""), run.Error);
        return ThreeLines.Ids(run.Error);
    }
}

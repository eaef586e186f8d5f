namespace Greeter.Tests;

/// <summary>What the client's process prints where the server answers.</summary>
public sealed class ClientProcessTests : IAsyncLifetime
{
    private readonly TestFolder _folder = TestFolder.With(TestPki.Ec);
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(_folder);

    [Fact]
    public async Task Prints_the_greeting_and_nothing_else()
    {
        var run = await ClientProcess.RunAsync(["--address", _server.Mtls, .. ClientProcess.Files(_folder)]);

        run.Should().Be(new ProcessResult(0, "Hello World" + Environment.NewLine, ""));
    }

    [Fact]
    public async Task Prints_no_colours_where_nobody_sees_them()
    {
        var run = await ClientProcess.RunAsync(
            folder: null, ["compare", .. ClientProcess.Files(_folder)],
            ("TERM", "xterm-256color"), ("Logging__LogLevel__Grpc", "Debug"),
            ("Addresses__Insecure", _server.Insecure), ("Addresses__Tls", _server.Tls), ("Addresses__Mtls", _server.Mtls));

        run.ExitCode.Should().Be(0, run.Error);
        run.Error.Should().Contain("dbug: ");
        (run.Output + run.Error).Should().NotContain("\e");
    }

    [Fact]
    public async Task Takes_relative_paths_of_the_command_line_from_the_current_folder()
    {
        string[] files = ["--server-ca", "server_ca.pem", "--client-cert", "client_cert.pem", "--client-key", "client_key.pem"];
        string[] arguments = ["--address", _server.Mtls, .. files];
        using var elsewhere = new TestFolder();

        var here = await ClientProcess.RunAsync(_folder.Root, arguments);
        var there = await ClientProcess.RunAsync(elsewhere.Root, arguments);

        here.Output.Should().Be("Hello World" + Environment.NewLine, here.Error);
        there.ExitCode.Should().Be(2);
        ThreeLines.Ids(there.Error).Should().Equal("file-missing");
        there.Error.Should().Contain($"{elsewhere.ClientKey} does not exist (--client-key:");
    }

    [Fact]
    public async Task Takes_relative_paths_of_the_configuration_from_the_project_s_folder()
    {
        string FromProject(string path) => Path.GetRelativePath(Programs.Source("Greeter.Client"), path);
        using var elsewhere = new TestFolder();

        var run = await ClientProcess.RunAsync(
            elsewhere.Root, ["--address", _server.Mtls], ("Tls__TrustedRoots", FromProject(_folder.ServerCa)),
            ("Tls__CertificateChain", FromProject(_folder.ClientCert)), ("Tls__PrivateKey", FromProject(_folder.ClientKey)));

        run.Should().Be(new ProcessResult(0, "Hello World" + Environment.NewLine, ""));
    }

    [Fact]
    public async Task Chats_until_its_input_ends()
    {
        await using var client = ClientProcess.Start(["--chat", "--address", _server.Mtls, .. ClientProcess.Files(_folder)]);

        await client.Input.WriteLineAsync("Ada");
        await client.Output.WaitForAsync("Hello Ada");
        await client.Input.WriteLineAsync("Grace");
        client.Input.Close();

        var end = await client.WaitForEndAsync();
        end.Should().Be(new ProcessResult(0, $"Hello Ada{Environment.NewLine}Hello Grace{Environment.NewLine}", ""));
    }

    [FactOnUnix(interrupts: true)]
    public async Task Ends_a_chat_at_Ctrl_C_without_a_word()
    {
        await using var client = ClientProcess.Start(["--chat", "--address", _server.Mtls, .. ClientProcess.Files(_folder)]);
        await client.Input.WriteLineAsync("Ada");
        await client.Output.WaitForAsync("Hello Ada");

        await client.InterruptAsync();

        (await client.WaitForEndAsync()).Should().Be(new ProcessResult(1, "Hello Ada" + Environment.NewLine, ""));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}

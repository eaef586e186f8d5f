using Grpc.Core;
using GrpcTls.Client;

namespace Greeter.Tests;

/// <summary>What the server and its client promise.</summary>
public sealed class GreeterTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("insecure")]
    [InlineData("tls")]
    [InlineData("mtls")]
    public async Task Each_port_greets_a_client_with_its_credentials(string port)
    {
        var client = await _server.GreetAsync(port, port);

        Assert.Equal((0, "Hello World"), (client.ExitCode, client.Output));
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_refused_and_told_why()
    {
        var client = await _server.GreetAsync("tls", "mtls");

        Assert.Equal((1, ""), (client.ExitCode, client.Output));
        Assert.Contains("[client-certificate-missing]", client.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_files_are_used_without_a_restart()
    {
        var next = Directory.CreateTempSubdirectory("greeter-").FullName;
        try
        {
            RunningServer.WriteCertificates(next);
            var before = await _server.GreetAsync("mtls", "mtls", next);
            Assert.Contains("[server-authority-rekeyed]", before.Error, StringComparison.Ordinal);

            foreach (var file in new[] { "client_ca.pem", "server_key.pem", "server_cert.pem" })
                File.Copy(Path.Combine(next, file), _server.File(file), overwrite: true);

            var until = DateTime.UtcNow.AddMinutes(1);
            (int ExitCode, string Output, string Error) after;
            do
                after = await _server.GreetAsync("mtls", "mtls", next);
            while (after.ExitCode != 0 && DateTime.UtcNow < until);
            Assert.Equal((0, "Hello World"), (after.ExitCode, after.Output));
        }
        finally
        {
            Directory.Delete(next, recursive: true);
        }
    }

    [Fact]
    public async Task A_channel_with_ordinary_credentials_greets_and_one_that_trusts_the_wrong_authority_does_not()
    {
        Assert.Equal("Hello library", await SayHelloAsync("server_ca.pem"));

        var refused = await Assert.ThrowsAsync<RpcException>(() => SayHelloAsync("client_ca.pem"));
        Assert.Contains("[server-authority-unknown]", refused.Status.Detail, StringComparison.Ordinal);
    }

    private async Task<string> SayHelloAsync(string roots)
    {
        string Text(string name) => File.ReadAllText(_server.File(name));
        var credentials = new SslCredentials(Text(roots), new KeyCertificatePair(Text("client_cert.pem"), Text("client_key.pem")));
        using var channel = TlsChannel.ForAddress(_server.Address("mtls"), credentials);
        var reply = await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new() { Name = "library" });
        return reply.Message;
    }
}

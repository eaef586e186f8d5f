
namespace Greeter.Tests;

/// <summary>Ruby's and Python's gRPC against our server: what they print says little, so the server's log must say why.</summary>
public sealed class FailureOtherClientsTests
{
    private const string RubyCall = """
        require "grpc"
        ca, cert, key, address = ARGV
        read = ->(path) { path == "-" ? nil : File.read(path) }
        credentials = ca == "-" ? :this_channel_is_insecure : GRPC::Core::ChannelCredentials.new(read[ca], read[key], read[cert])
        stub = GRPC::ClientStub.new(address, credentials)
        text = ->(message) { message }
        begin
          puts stub.request_response("/helloworld.Greeter/SayHello", "\n\x03Ada".b, text, text, deadline: Time.now + 20)
        rescue GRPC::BadStatus => e
          abort e.message
        end
        """;

    private const string PythonCall = """
        import sys, grpc
        ca, cert, key, address = sys.argv[1:]
        read = lambda path: None if path == "-" else open(path, "rb").read()
        channel = grpc.insecure_channel(address) if ca == "-" else grpc.secure_channel(address, grpc.ssl_channel_credentials(read(ca), read(key), read(cert)))
        try:
            print(channel.unary_unary("/helloworld.Greeter/SayHello")(b"\n\x03Ada", timeout=20))
        except grpc.RpcError as e:
            sys.exit(e.details())
        """;

    // The port, the files that the client uses ("-" for none), and what the server says. A client that does not accept
    // the server is not among them: gRPC's core goes away without a word, and the server cannot know why.
    private static readonly (PortKind Port, string Ca, string Identity, string Problem)[] Cases =
    [
        (PortKind.Mtls, "server_ca.pem", "-", "client-certificate-missing"),
        (PortKind.Mtls, "server_ca.pem", "stranger", "client-authority-rekeyed"),
        (PortKind.Tls, "-", "-", "plaintext-to-tls-port"),
    ];

    [FactWithRubyGrpc]
    public Task A_Ruby_client_is_explained_in_the_servers_log() => ExplainsAsync(FactWithRubyGrpcAttribute.Ruby, "call.rb", RubyCall);

    [FactWithPythonGrpc]
    public Task A_Python_client_is_explained_in_the_servers_log() => ExplainsAsync(FactWithPythonGrpcAttribute.Python, "call.py", PythonCall);

    private static async Task ExplainsAsync(string program, string name, string script)
    {
        foreach (var (port, ca, identity, problem) in Cases)
            await ExplainsAsync(program, name, script, port, ca, identity, problem);
    }

    private static async Task ExplainsAsync(string program, string name, string script, PortKind port, string ca, string identity, string problem)
    {
        using var folder = TestFolder.With(TestPki.Ec);
        await using var server = await TestServer.StartAsync(folder);
        var stranger = new TestPki(Pki.KeyKind.Ec).Client;
        string File(string file) => file == "-" ? file : folder.Path(file);
        string[] shown = identity == "-" ? ["-", "-"] : [folder.Write("stranger_cert.pem", stranger.ChainPem), folder.Write("stranger_key.pem", stranger.KeyPem)];
        var path = folder.Write(name, script);
        var address = $"localhost:{server.Port(port)}";

        var good = await ChildProcess.RunAsync(program, [path, folder.ServerCa, folder.ClientCert, folder.ClientKey, address]);
        good.Output.Should().Contain("Hello Ada", "the twin is greeted; it said {0}", good.Error);
        server.Log.All.Should().NotContain(line => line.Contains("refused", StringComparison.Ordinal));
        var bad = await ChildProcess.RunAsync(program, [path, File(ca), .. shown, address]);

        bad.ExitCode.Should().Be(1);
        (await server.Log.WaitForAsync($"[{problem}]")).Should().Contain($"on the {port.ToString().ToLowerInvariant()} port");
    }
}

namespace Greeter.Tests;

/// <summary>A client and a server in Ruby: Interop/ruby.</summary>
internal static class RubyPrograms
{
    /// <summary>The options of the Ruby client that stand for the folder's files.</summary>
    public static string[] Files(TestFolder folder) => [folder.ServerCa, folder.ClientKey, folder.ClientCert];

    /// <param name="method">once, stream or chat.</param>
    /// <param name="url">The server's address.</param>
    /// <param name="files"><see cref="Files"/>; none without TLS.</param>
    public static Task<ProcessResult> GreetAsync(string method, string url, string[] files) => ChildProcess.RunAsync(
        FactWithRubyGrpcAttribute.Ruby,
        [Programs.Source("Greeter.Tests", "Interop", "ruby", "greet.rb"), method, new Uri(url).Authority, .. files],
        folder: null,

        // gRPC's C core takes settings from the environment too; the test means the three files alone.
        ("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", null), ("GRPC_VERBOSITY", "NONE"), ("RUBYOPT", null),
        ("grpc_proxy", null), ("http_proxy", null), ("https_proxy", null));

    /// <param name="folder">Where the server's files are.</param>
    /// <param name="credentials">insecure, tls or mtls.</param>
    /// <param name="port">Where it listens; 0 is any free port.</param>
    public static ChildProcess Serve(TestFolder folder, string credentials, int port = 0)
    {
        string[] files = credentials switch
        {
            "insecure" => [],
            "tls" => [folder.ServerKey, folder.ServerCert],
            _ => [folder.ServerKey, folder.ServerCert, folder.ClientCa],
        };
        return ChildProcess.Start(
            FactWithRubyGrpcAttribute.Ruby, [Programs.Source("Greeter.Tests", "Interop", "ruby", "serve.rb"), .. files], folder: null, ("PORT", $"{port}"));
    }

    /// <summary>Waits until the server serves.</summary>
    public static async Task<string> AddressAsync(ChildProcess server, string credentials)
    {
        var port = (await server.Output.WaitForAsync("port ")).Split(' ')[1].Trim();
        return $"{(credentials == "insecure" ? "http" : "https")}://localhost:{port}";
    }
}

namespace Greeter.Tests;

/// <summary><c>openssl s_server</c> with the folder's server certificate, on any free port. It serves one connection at a time.</summary>
internal sealed class OpenSslServer : IAsyncDisposable
{
    public const string Install = "apt-get install openssl";

    private const string Accepts = "ACCEPT ";

    private readonly ChildProcess _process;

    private OpenSslServer(ChildProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public string Url => $"https://localhost:{Port}";

    /// <param name="folder">Where the server's files are.</param>
    /// <param name="more">Further options; with <c>-rev</c> it answers a line with the line reversed, otherwise it stays silent.</param>
    public static async Task<OpenSslServer> StartAsync(TestFolder folder, params string[] more)
    {
        var process = ChildProcess.Start(
            "openssl", ["s_server", "-accept", "127.0.0.1:0", "-cert", folder.ServerCert, "-cert_chain", folder.ServerCert, "-key", folder.ServerKey, .. more]);
        var line = await process.Output.WaitForAsync(Accepts);
        return new OpenSslServer(process, int.Parse(line[(line.LastIndexOf(':') + 1)..]));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}

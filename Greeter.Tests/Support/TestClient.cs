using Greeter.Client;

namespace Greeter.Tests;

/// <summary>The real client's command line, in this process.</summary>
internal sealed record TestClient(int ExitCode, string Output, string Error)
{
    public static Task<TestClient> RunAsync(TestFolder folder, params string[] args) => RunAsync(folder, input: "", args);

    /// <summary>Runs with the folder's six files; options given by the test win.</summary>
    public static async Task<TestClient> RunAsync(TestFolder folder, string input, string[] args)
    {
        string[] files = ["--server-ca", folder.ServerCa, "--client-cert", folder.ClientCert, "--client-key", folder.ClientKey];
        var defaults = files.Chunk(2).Where(option => !args.Contains(option[0])).SelectMany(option => option);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Client.Program.RunAsync([.. args, .. defaults], new Terminal(new StringReader(input), output, error));
        return new TestClient(code, output.ToString(), error.ToString());
    }
}

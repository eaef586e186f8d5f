namespace Greeter.Tests;

/// <summary>The real client, as a process of its own.</summary>
internal static class ClientProcess
{
    public static Task<ProcessResult> RunAsync(params string[] arguments) => RunAsync(folder: null, arguments);

    public static Task<ProcessResult> RunAsync(
        string? folder, string[] arguments, params IEnumerable<(string Name, string? Value)> environment) =>
        ChildProcess.RunAsync(Programs.Dotnet, [Programs.Client, .. arguments], folder, environment);

    public static ChildProcess Start(params string[] arguments) => ChildProcess.Start(Programs.Dotnet, [Programs.Client, .. arguments]);

    /// <summary>The options that stand for the folder's files.</summary>
    public static string[] Files(TestFolder folder) =>
        ["--server-ca", folder.ServerCa, "--client-cert", folder.ClientCert, "--client-key", folder.ClientKey];
}

namespace Greeter.Tests;

/// <summary>The real server, as a process of its own.</summary>
internal static class ServerProcess
{
    public static ChildProcess Start(params IEnumerable<string> arguments) => Start(folder: null, arguments);

    public static ChildProcess Start(
        string? folder, IEnumerable<string> arguments, params IEnumerable<(string Name, string? Value)> environment) =>
        ChildProcess.Start(Programs.Dotnet, [Programs.Server, .. arguments], folder, environment);

    /// <summary>For a server that is not to start: its end.</summary>
    public static Task<ProcessResult> RunAsync(
        IEnumerable<string> arguments, params IEnumerable<(string Name, string? Value)> environment) =>
        ChildProcess.RunAsync(Programs.Dotnet, [Programs.Server, .. arguments], folder: null, environment);

    /// <summary>Waits until it serves.</summary>
    /// <returns>The announced address of a port.</returns>
    public static async Task<string> WaitForAddressAsync(this ChildProcess server, string port)
    {
        await server.Error.WaitForAsync("greeter: ready");
        var line = await server.Error.WaitForAsync($"greeter: listening {port} ");
        return line.Split(' ')[^1].TrimEnd();
    }
}

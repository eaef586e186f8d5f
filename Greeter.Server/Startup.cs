using Greeter.Hosting;
using GrpcTls;
using GrpcTls.AspNetCore;

namespace Greeter.Server;

/// <summary>From the command line to a running server, and from a problem to three lines and an exit code.</summary>
internal static class Startup
{
    private const int WrongConfiguration = 2;

    /// <summary>Configuration and its relative paths start at the folder of appsettings.json, whatever the current folder is.</summary>
    public static WebApplicationOptions Options(string[] args) =>
        new() { Args = ServerArguments.Parse(args), ContentRootPath = ContentRoot.Find() };

    public static async Task<int> RunAsync(string[] args, Func<WebApplication> build)
    {
        if (ServerHelp.IsAsked(args))
        {
            Console.WriteLine(ServerHelp.Text);
            return 0;
        }

        try
        {
            await using var app = build();
            app.Services.GetRequiredService<PortSockets>().Bind(); // The host would log a failure of its start with a stack trace.
            await app.StartAsync();
            app.Announce();
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (TlsException e)
        {
            ProblemConsole.Write(Console.Error, e.Problems);
        }
        catch (Exception e) when (SettingsFailure.Explain(e) is { } problem)
        {
            ProblemConsole.Write(Console.Error, problem);
        }

        return WrongConfiguration;
    }
}

using System.CommandLine;
using Greeter.Tls;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>The commands, and what becomes of a problem in any of them.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var options = new ClientOptions();
        var parsed = Commands(options, terminal).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            terminal.Report(parsed.Errors.Select(error => error.Message).Distinct().Select(Explain), new ArgumentException(parsed.ToString()), verbose: false);
            return ExitCode.WrongUsage;
        }

        var console = new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        try
        {
            return await parsed.InvokeAsync(console);
        }
        catch (TlsException e)
        {
            terminal.Report(e.Problems, e, parsed.GetValue(options.Verbose));
            return ExitCode.WrongUsage;
        }
        catch (Exception e) when (SettingsFailure.Explain(e) is { } problem)
        {
            terminal.Report([problem], e, parsed.GetValue(options.Verbose));
            return ExitCode.WrongUsage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a reader of the pipe that has gone: the answer did not arrive.
            Terminal.TryReport(terminal.Error, TlsProblems.OutputFailed.With(("reason", e.Message)));
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failure; // Ctrl+C: the person knows why.
        }
    }

    private static RootCommand Commands(ClientOptions options, Terminal terminal)
    {
        var root = new RootCommand("Greets a helloworld.Greeter server, with TLS and client certificates as appsettings.json says.");
        var compare = new Command("compare", "Tries every kind of credentials on every port, and tells who gets in, who does not, and why.");
        var doctor = new Command("doctor", "Tells what is wrong between here and a server, step by step; any gRPC or TLS server will do.");
        foreach (var option in options.Shared)
        {
            option.Recursive = true;
            root.Add(option);
        }

        foreach (var option in options.Greet)
            root.Add(option);
        root.Add(compare);
        root.Add(doctor);
        doctor.Add(options.Where);
        doctor.Add(options.Credentials);
        foreach (var option in options.Doctor)
            doctor.Add(option);

        root.SetAction((parsed, stop) => WithSettings(options, parsed, (settings, logs) =>
            GreetCommand.RunAsync(settings, GreetRequest.From(options, parsed), terminal, logs, stop)));
        compare.SetAction((parsed, stop) => WithSettings(options, parsed, (settings, logs) =>
            CompareCommand.RunAsync(settings, GreetRequest.From(options, parsed), terminal, logs, stop)));
        doctor.SetAction((parsed, stop) => WithSettings(options, parsed, (settings, logs) =>
            DoctorCommand.RunAsync(settings, DoctorRequest.From(options, parsed), terminal, logs, stop)));
        return root;
    }

    private static async Task<int> WithSettings(ClientOptions options, ParseResult parsed, Func<SettingsReader, ILoggerFactory, Task<int>> run)
    {
        using var host = ClientHost.Create(options.Settings(parsed).ToList(), out var settings);
        return await run(settings, host.Logs());
    }

    private static TlsProblem Explain(string message) =>
        TlsProblems.WrongUsage.With(("reason", message), ("suggestion", "see what there is: dotnet run --project Greeter.Client -- --help"));
}

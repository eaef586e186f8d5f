using System.CommandLine;
using Greeter.Hosting;
using GrpcTls;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>The commands, and what becomes of a problem in any of them.</summary>
internal static class CommandLine
{
    private const string Doctor = "doctor";

    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var options = new ClientOptions();
        var parsed = Commands(options, terminal).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            Report(WrongUsage(parsed, options), new ArgumentException(parsed.ToString()), verbose: false);
            return ExitCode.WrongUsage;
        }

        var console = new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        try
        {
            return await parsed.InvokeAsync(console);
        }
        catch (TlsException e)
        {
            Report(e.Problems, e, parsed.GetValue(options.Verbose));
            return ExitCode.WrongUsage;
        }
        catch (Exception e) when (SettingsFailure.Explain(e) is { } problem)
        {
            Report([problem], e, parsed.GetValue(options.Verbose));
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

        void Report(IReadOnlyList<TlsProblem> problems, Exception exception, bool verbose)
        {
            // Who asked for JSON gets it, whatever happens.
            var isJson = parsed.CommandResult.Command.Name == Doctor && args.Contains(options.Json.Name);
            if (isJson)
            {
                var step = new TlsStep("settings", TlsStepStatus.Failed, [.. problems.Select(problem => problem.Cause)]);
                DoctorReport.WriteJson(terminal.Out, Typed(parsed, options.Where).FirstOrDefault(""), new TlsDiagnosis([step], problems));
            }

            terminal.Report(isJson ? [] : ProblemConsole.ForPerson(problems), exception, verbose);
        }
    }

    private static RootCommand Commands(ClientOptions options, Terminal terminal)
    {
        var root = new RootCommand("Greets a helloworld.Greeter server, with TLS and client certificates as appsettings.json says.");
        var compare = new Command("compare", "Tries every kind of credentials on every port, and tells who gets in, who does not, and why.");
        var doctor = new Command(Doctor, "Tells what is wrong between here and a server, step by step; any gRPC or TLS server will do.");
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
        var where = parsed.GetValue(options.Files) ? null : parsed.GetValue(options.Where);
        using var host = ClientHost.Create(options.Settings(parsed).ToList(), where, out var settings);
        return await run(settings, host.Logs());
    }

    // An option that is spelled wrongly is one error, and its value is none.
    private static TlsProblem[] WrongUsage(ParseResult parsed, ClientOptions options)
    {
        const string Help = "see what there is: dotnet run --project Greeter.Client -- --help";
        if (parsed.UnmatchedTokens.Concat(Typed(parsed, options.Where)).FirstOrDefault(token => token.StartsWith('-')) is { } unknown)
        {
            var known = parsed.RootCommandResult.Command.Options.Concat(parsed.CommandResult.Command.Options);
            var near = Spelling.Nearest(unknown.Split('=')[0], known.Select(option => option.Name));
            return [Wrong($"'{unknown}' is not an option", near is null ? Help : $"did you mean {near}? {Help}")];
        }

        return [.. parsed.Errors.Select(error => error.Message).Distinct().Select(message => Wrong(message, Help))];
    }

    private static IEnumerable<string> Typed(ParseResult parsed, Argument argument) =>
        parsed.GetResult(argument)?.Tokens.Select(token => token.Value) ?? [];

    private static TlsProblem Wrong(string reason, string suggestion) =>
        TlsProblems.WrongUsage.With(("reason", reason), ("suggestion", suggestion));
}

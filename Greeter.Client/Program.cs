using System.CommandLine;
using Greeter.Hosting;
using GrpcTls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>The commands: each is one file. What every one of them needs is put together here.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => RunAsync(args, Terminal.Standard);

    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var options = new Options();
        options.Root.SetAction((parsed, cancellationToken) => WithSettingsAsync(options, parsed, settings =>
            Greet.RunAsync(settings, GreetRequest.From(options, parsed), terminal, cancellationToken)));
        options.Compare.SetAction((parsed, cancellationToken) => WithSettingsAsync(options, parsed, settings =>
            Compare.RunAsync(settings, GreetRequest.From(options, parsed), terminal, cancellationToken)));
        options.Doctor.SetAction((parsed, cancellationToken) => WithSettingsAsync(options, parsed, settings =>
            Doctor.RunAsync(settings, DoctorRequest.From(options, parsed), terminal, cancellationToken)));

        var parsed = options.Root.Parse(args);
        try
        {
            if (parsed.Errors.Count > 0)
                throw new TlsException(options.WrongUsage(parsed));
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (TlsException e)
        {
            return Report(e.Problems, e);
        }
        catch (Exception e) when (SettingsFailure.Explain(e) is { } problem)
        {
            return Report([problem], e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a reader of the pipe that has gone: the answer did not arrive.
            terminal.TryReport(TlsProblems.OutputFailed.With(("reason", e.Message)));
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failure; // Ctrl+C: the person knows why.
        }

        int Report(IReadOnlyList<TlsProblem> problems, Exception exception)
        {
            // Who asked for JSON gets it, whatever happens.
            var isJson = parsed.CommandResult.Command == options.Doctor && args.Contains(options.Json.Name);
            var step = new TlsStep("settings", TlsStepStatus.Failed, [.. problems.Select(problem => problem.Cause)]);
            if (isJson)
                DoctorReport.WriteJson(terminal.Out, options.TypedAddress(parsed), new TlsDiagnosis([step], problems));
            var isVerbose = parsed.Errors.Count == 0 && parsed.GetValue(options.Verbose);
            terminal.Report(isJson ? [] : ProblemConsole.ForPerson(problems), exception, isVerbose);
            return ExitCode.WrongUsage;
        }
    }

    /// <summary>
    /// The generic host: configuration (appsettings.json, environment, command line), TLS files, and logs on standard error.
    /// </summary>
    /// <param name="given">What the command line gives.</param>
    /// <param name="where">The address that was given to the doctor; null for none.</param>
    /// <param name="settings">Reads all of it.</param>
    internal static IHost CreateHost(
        IReadOnlyList<(string Setting, string Value, string Option)> given, string? where, out Settings settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = ContentRoot.Find() });
        if (where is not null)
            given = [.. given, .. DoctorAddress.Settings(where, given, builder.Configuration)];
        builder.Configuration.AddInMemoryCollection(
            given.Select(entry => KeyValuePair.Create<string, string?>(entry.Setting, entry.Value)));
        var reader = new SettingsReader(
            builder.Configuration,
            builder.Environment.ContentRootPath,
            given.DistinctBy(entry => entry.Setting).ToDictionary(entry => entry.Setting, entry => entry.Option));

        // A message names the option that a file came from, where it came from one.
        builder.Services.AddTls(builder.Configuration.GetSection(TlsOptions.Section))
            .Configure(tls => tls.SettingName = key => reader.Name($"{TlsOptions.Section}:{key}"));

        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<LoggerFactory>();
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(
            services => new PrintableLogs(services.GetRequiredService<LoggerFactory>())));
        var host = builder.Build();
        settings = new Settings(
            reader, host.Services.GetRequiredService<TlsMaterialSources>(), host.Services.GetRequiredService<ILoggerFactory>());
        return host;
    }

    private static async Task<int> WithSettingsAsync(Options options, ParseResult parsed, Func<Settings, Task<int>> run)
    {
        var where = parsed.GetValue(options.Files) ? null : parsed.GetValue(options.Where);
        using var host = CreateHost([.. options.Settings(parsed)], where, out var settings);
        return await run(settings);
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;

namespace Greeter.Scripts;

/// <summary>Runs a command line so that every failure ends in the same three lines on standard error and exit code 2.</summary>
internal static class ScriptConsole
{
    private const int Failed = 2;

    /// <param name="script">The script's name, without .cs: the lines begin with it.</param>
    /// <param name="command">What it can do.</param>
    /// <param name="args">What it was asked to do.</param>
    public static int Run(string script, RootCommand command, string[] args)
    {
        try
        {
            var parsed = command.Parse(args);
            // Left alone, the parser prints its errors and the whole help, and exits with 1.
            if (parsed.Action is ParseErrorAction)
            {
                var errors = string.Join("; ", parsed.Errors.Select(error => error.Message));
                throw Problem.Usage(errors, $"dotnet run scripts/{script}.cs -- --help");
            }

            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Problem problem)
        {
            Console.Error.WriteLine(problem.Describe(script));
            return Failed;
        }
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;

namespace Greeter.Certs;

/// <summary>Runs a command line so that every failure ends in the same three lines on standard error and exit code 2.</summary>
internal static class CertsConsole
{
    private const int Failed = 2;

    public static int Run(RootCommand command, string[] args)
    {
        try
        {
            var parsed = command.Parse(args);
            // Left alone, the parser prints its errors and the whole help, and exits with 1.
            if (parsed.Action is ParseErrorAction)
                throw CertsProblems.Usage(string.Join("; ", parsed.Errors.Select(error => error.Message)));
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (CertsProblem problem)
        {
            Console.Error.WriteLine(problem.Describe());
            return Failed;
        }
    }
}

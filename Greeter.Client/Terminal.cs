using Greeter.Tls;

namespace Greeter.Client;

/// <summary>Standard input, output and error: answers go to output, everything for people to error.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    public static Terminal Standard => new(Console.In, Console.Out, Console.Error);

    /// <summary>Whether a person looks at the output.</summary>
    public bool IsInteractive => Out == Console.Out && !Console.IsOutputRedirected;

    /// <summary>Three lines for each problem; the stack trace only where it was asked for.</summary>
    public void Report(IEnumerable<TlsProblem> problems, Exception exception, bool verbose)
    {
        foreach (var problem in problems)
            Error.WriteLine(problem.Describe());
        if (verbose)
            Error.WriteLine(exception);
    }
}

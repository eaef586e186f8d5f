using Greeter.Hosting;
using Greeter.Scripts;
using GrpcTls;

namespace Greeter.Client;

/// <summary>Standard input, output and error: answers go to output, everything for people to error.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    public static Terminal Standard => new(Console.In, Console.Out, Console.Error);

    /// <summary>Whether a person looks at the output, who has not asked for no colours (https://no-color.org).</summary>
    public bool HasColors =>
        Out == Console.Out && !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>A password: typed without being shown, or the first line of a standard input that is no terminal; null for none.</summary>
    public string? AskPassword(string user)
    {
        if (In != Console.In || Console.IsInputRedirected)
            return In.ReadLine();
        return PasswordPrompt.Type($"password of {PeerText.Printable(user)}: ");
    }

    /// <summary>Says what is wrong where perhaps nothing can be said.</summary>
    public void TryReport(TlsProblem problem)
    {
        try
        {
            Error.WriteLine(ProblemConsole.Describe(problem));
        }
        catch (IOException)
        {
            // Standard error is gone too; the exit code remains.
        }
    }

    /// <summary>Writes in a colour where there are colours.</summary>
    public void Write(ConsoleColor color, string text)
    {
        if (HasColors)
            Console.ForegroundColor = color;
        Out.Write(text);
        if (HasColors)
            Console.ResetColor();
    }

    /// <summary>One line of the answer: all of it, and nothing that moves the cursor or begins a line of its own.</summary>
    public Task AnswerAsync(string text) => Out.WriteLineAsync(PeerText.Printable(text, int.MaxValue));

    /// <summary>Three lines for each problem; the stack trace only where it was asked for.</summary>
    public void Report(IEnumerable<TlsProblem> problems, Exception exception, bool verbose)
    {
        foreach (var problem in problems)
            Error.WriteLine(ProblemConsole.Describe(problem));
        if (!verbose)
            return;

        // An exception carries the other side's words as they came. Ours is the three lines and no more: what is behind it, or where.
        var trace = exception is TlsException ? exception.InnerException?.ToString() ?? exception.StackTrace ?? "" : exception.ToString();
        Error.WriteLine(PeerText.Lines(trace));
    }
}

/// <summary>What the shell is told.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The call or the check failed.</summary>
    public const int Failure = 1;

    /// <summary>Wrong usage or configuration: nothing was tried.</summary>
    public const int WrongUsage = 2;
}

using Greeter.Hosting;
using GrpcTls;

namespace Greeter.Client;

/// <summary>Standard input, output and error: answers go to output, everything for people to error.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    public static Terminal Standard => new(Console.In, Console.Out, Console.Error);

    /// <summary>Whether a person looks at the output.</summary>
    public bool IsInteractive => Out == Console.Out && !Console.IsOutputRedirected;

    /// <summary>A password: typed without being shown, or the first line of a standard input that is no terminal; null for none.</summary>
    public string? AskPassword(string user)
    {
        if (In != Console.In || Console.IsInputRedirected)
            return In.ReadLine();
        Error.Write($"password of {PeerText.Printable(user)}: ");
        var password = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
                password.Length = Math.Max(0, password.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                password.Append(key.KeyChar);
        }

        Error.WriteLine();
        return password.ToString();
    }

    /// <summary>Says what is wrong where perhaps nothing can be said.</summary>
    public static void TryReport(TextWriter error, TlsProblem problem)
    {
        try
        {
            error.WriteLine(ProblemConsole.Describe(problem));
        }
        catch (IOException)
        {
            // Standard error is gone too; the exit code remains.
        }
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

namespace GrpcTls;

/// <summary>
/// Problems that a person has to fix before this can go on, all that were found and not only the first. The message has three
/// lines for each: error, cause and fix.
/// </summary>
public sealed class TlsException : Exception
{
    /// <summary>Carries one problem.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="innerException">The platform's exception behind it, if any.</param>
    public TlsException(TlsProblem problem, Exception? innerException = null)
        : this([problem], innerException)
    {
    }

    /// <summary>Carries several problems.</summary>
    /// <param name="problems">What is wrong, the decisive one first.</param>
    /// <param name="innerException">The platform's exception behind the first, if any.</param>
    /// <exception cref="ArgumentException"><paramref name="problems"/> is empty.</exception>
    public TlsException(IReadOnlyList<TlsProblem> problems, Exception? innerException = null)
        : base(string.Join(Environment.NewLine, problems.Select(problem => problem.Describe())), innerException)
    {
        if (problems.Count == 0)
            throw new ArgumentException("an exception needs at least one problem", nameof(problems));
        Problems = problems;
    }

    /// <summary>What is wrong, the decisive problem first; never empty.</summary>
    public IReadOnlyList<TlsProblem> Problems { get; }

    /// <summary>
    /// The message alone: a program that does not catch this at its start prints what a person can fix, and no stack trace.
    /// </summary>
    public override string ToString() => Message;
}

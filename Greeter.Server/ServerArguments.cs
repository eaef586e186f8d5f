using Greeter.Tls;

namespace Greeter.Server;

/// <summary>The server takes settings as arguments (<c>--Ports:Mtls 50063</c>); anything else is a typing error and said so.</summary>
internal static class ServerArguments
{
    // Our own sections, and the keys of the host that make sense on a command line.
    private static readonly string[] Known = ["Ports", "Listen", "Tls", "Access", "SignIn", "Limits", "Logging", "Environment"];

    /// <exception cref="TlsException">An argument is not a setting.</exception>
    public static void Check(string[] args)
    {
        var problems = new List<TlsProblem>();
        for (var i = 0; i < args.Length; i++)
        {
            var key = args[i].TrimStart('-').Split('=')[0];
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || !Known.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
                problems.Add(Wrong($"'{args[i]}' is not a setting"));
            else if (args[i].Contains('='))
                continue;
            else if (i + 1 == args.Length || args[i + 1].StartsWith("--", StringComparison.Ordinal))
                problems.Add(Wrong($"'{args[i]}' has no value"));
            else
                i++;
        }

        if (problems.Count > 0)
            throw new TlsException(problems);
    }

    private static TlsProblem Wrong(string reason) => TlsProblems.WrongUsage.With(
        ("reason", reason),
        ("suggestion", $"write --SECTION:KEY VALUE, for example --Ports:Mtls 50063; sections are {string.Join(", ", Known[..^1])}"));
}

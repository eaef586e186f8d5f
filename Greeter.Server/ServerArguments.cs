using GrpcTls;

namespace Greeter.Server;

/// <summary>The server takes settings as arguments (<c>--Ports:Mtls 50063</c>); anything else is a typing error and said so.</summary>
internal static class ServerArguments
{
    // Our own sections, and the keys of the host that make sense on a command line.
    private static readonly string[] Known = ["Ports", "Listen", "Tls", "Access", "SignIn", "Limits", "Logging", "Environment"];

    // Paths on the command line start at the current folder, those in the configuration at its own.
    private static readonly string[] Paths =
    [
        "Tls:CertificateChain", "Tls:PrivateKey", "Tls:PrivateKeyPasswordFile", "Tls:TrustedRoots", "Tls:RevocationLists", "SignIn:Users", "SignIn:TokenKeys",
    ];

    /// <summary>The arguments as settings, with absolute paths.</summary>
    /// <exception cref="TlsException">An argument is not a setting.</exception>
    public static string[] Parse(string[] args)
    {
        var problems = new List<TlsProblem>();
        var settings = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var parts = args[i].TrimStart('-').Split('=', 2);
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || !Known.Contains(parts[0].Split(':')[0], StringComparer.OrdinalIgnoreCase))
                problems.Add(Wrong($"'{args[i]}' is not a setting"));
            else if (parts.Length == 2)
                settings.AddRange($"--{parts[0]}", Value(parts[0], parts[1]));
            else if (i + 1 == args.Length || args[i + 1].StartsWith("--", StringComparison.Ordinal))
                problems.Add(Wrong($"'{args[i]}' has no value"));
            else
                settings.AddRange($"--{parts[0]}", Value(parts[0], args[++i]));
        }

        return problems.Count == 0 ? [.. settings] : throw new TlsException(problems);
    }

    private static string Value(string key, string text) =>
        text.Length > 0 && Paths.Any(path => key.Equals(path, StringComparison.OrdinalIgnoreCase) || key.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase))
            ? Path.GetFullPath(text)
            : text;

    private static TlsProblem Wrong(string reason) => TlsProblems.WrongUsage.With(
        ("reason", reason),
        ("suggestion", "write --SECTION:KEY VALUE, for example --Ports:Mtls 50063; "
            + $"sections are {string.Join(", ", Known[..^1])}; --help shows every key"));
}

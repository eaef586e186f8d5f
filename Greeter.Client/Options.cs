using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GrpcTls;

namespace Greeter.Client;

/// <summary>The command line. Options that stand for a setting win over the configuration.</summary>
internal sealed class Options
{
    public readonly Option<string> Credentials = new("--credentials") { Description = "insecure, tls or mtls", HelpName = "KIND" };
    public readonly Option<string> Address = new("--address")
    {
        Description = "where to call, http:// for insecure, https:// for tls and mtls",
        HelpName = "URL",
    };

    public readonly Option<string> Name = new("--name") { Description = "who is greeted", DefaultValueFactory = _ => "World" };
    public readonly Option<string> ServerCa = new("--server-ca")
    {
        Description = "the roots that may vouch for the server, or 'system' for the operating system's",
        HelpName = "FILE|system",
    };

    public readonly Option<string> ClientCert = new("--client-cert") { Description = "the client's certificate chain", HelpName = "FILE" };
    public readonly Option<string> ClientKey = new("--client-key") { Description = "the client's private key", HelpName = "FILE" };
    public readonly Option<string> ServerName = new("--server-name")
    {
        Description = "the name to verify instead of the address's",
        HelpName = "NAME",
    };

    public readonly Option<string> User = new("--user")
    {
        Description = "signs in as this user; the password is asked for, or the first line of standard input",
        HelpName = "NAME",
    };

    public readonly Option<string> Deadline = new("--deadline")
    {
        Description = "how long a call may take; 10, with --chat 3600",
        HelpName = "SECONDS",
    };

    public readonly Option<bool> Stream = new("--stream") { Description = "SayHelloStreamReply: five replies" };
    public readonly Option<bool> Chat = new("--chat") { Description = "SayHelloBidiStream: names from standard input, one reply each" };
    public readonly Argument<string?> Where = new("address")
    {
        Description = "where to look, or with --files a folder with the files",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public readonly Option<bool> Files = new("--files") { Description = "looks at local files alone" };
    public readonly Option<bool> Json = new("--json") { Description = "an answer for programs" };
    public readonly Option<bool> Verbose = new("--verbose") { Description = "adds the stack trace to an error" };

    public readonly RootCommand Root = new(
        "Greets a helloworld.Greeter server, with TLS and client certificates as appsettings.json says.");
    public readonly Command Compare = new("compare",
        "Tries every kind of credentials on every port, and tells who gets in, who does not, and why.");
    public readonly Command Doctor = new("doctor",
        "Tells what is wrong between here and a server, step by step; any gRPC or TLS server will do.");

    public Options()
    {
        Option[] shared = [ServerCa, ClientCert, ClientKey, ServerName, Deadline, Verbose];
        Option[] greet = [Credentials, Address, Name, User, Stream, Chat];
        All = [.. shared, .. greet, Files, Json];
        Array.ForEach(shared, option => option.Recursive = true);
        Array.ForEach<Option>([.. shared, .. greet], option => Root.Add(option));
        Root.Add(Compare);
        Root.Add(Doctor);
        Doctor.Add(Where);
        Array.ForEach<Option>([Credentials, Files, Json], option => Doctor.Add(option));

        Credentials.Validators.Add(result => Check(
            result, Enum.GetNames<CredentialsKind>().Contains(result.GetValueOrDefault<string>(), StringComparer.OrdinalIgnoreCase),
            "is insecure, tls or mtls"));
        Deadline.Validators.Add(result => Check(
            result, Seconds(result.GetValueOrDefault<string>()) is not null, "is a number of seconds, more than 0 and at most 86400"));
        ServerName.Validators.Add(result => Check(
            result, Uri.CheckHostName(result.GetValueOrDefault<string>()) != UriHostNameType.Unknown, "is a host name or an IP address"));
        Where.Validators.Add(result =>
        {
            // Otherwise an option that is spelled wrongly would be the address.
            if (result.GetValueOrDefault<string?>() is ['-', ..] value)
                result.AddError($"{value} is not an option of doctor");
        });
    }

    /// <summary>Every option that there is.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>The seconds that a text stands for; null where it stands for none, or for more than a day.</summary>
    public static TimeSpan? Seconds(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0.000_001 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>The settings that the command line gives, with the option's name for messages.</summary>
    public IEnumerable<(string Setting, string Value, string Option)> Settings(ParseResult parsed)
    {
        foreach (var (setting, option, isPath) in new[]
        {
            ("Credentials", Credentials, false),
            ($"{SignInOptions.Section}:{nameof(SignInOptions.User)}", User, false),
            ($"{TlsOptions.Section}:{nameof(TlsOptions.TrustedRoots)}", ServerCa, true),
            ($"{TlsOptions.Section}:{nameof(TlsOptions.CertificateChain)}", ClientCert, true),
            ($"{TlsOptions.Section}:{nameof(TlsOptions.PrivateKey)}", ClientKey, true),
        })
        {
            // Paths on the command line start at the current folder, those in the configuration at its own.
            if (Given(parsed, option) is { } value)
                yield return (setting, isPath && value != TlsOptions.System ? Path.GetFullPath(value) : value, option.Name);
        }

        if (Given(parsed, Address) is { } address)
        {
            foreach (var kind in Enum.GetNames<CredentialsKind>())
                yield return ($"{AddressesOptions.Section}:{kind}", address, Address.Name);
        }
    }

    /// <summary>What was typed for the doctor's address; empty for nothing.</summary>
    public string TypedAddress(ParseResult parsed) => parsed.GetResult(Where)?.Tokens is [var token, ..] ? token.Value : "";

    /// <summary>What is wrong with the command line. An option that is spelled wrongly is one error, and its value is none.</summary>
    public IReadOnlyList<TlsProblem> WrongUsage(ParseResult parsed)
    {
        const string Help = "see what there is: dotnet run --project Greeter.Client -- --help";
        if (parsed.UnmatchedTokens.Append(TypedAddress(parsed)).FirstOrDefault(token => token.StartsWith('-')) is { } unknown)
        {
            var known = Root.Options.Concat(parsed.CommandResult.Command.Options);
            var near = Spelling.Nearest(unknown.Split('=')[0], known.Select(option => option.Name));
            return [Wrong($"'{unknown}' is not an option", near is null ? Help : $"did you mean {near}? {Help}")];
        }

        return [.. parsed.Errors.Select(error => error.Message).Distinct().Select(message => Wrong(message, Help))];

        static TlsProblem Wrong(string reason, string suggestion) =>
            TlsProblems.WrongUsage.With(("reason", reason), ("suggestion", suggestion));
    }

    private static void Check(OptionResult result, bool isGood, string expected)
    {
        if (!isGood)
            result.AddError($"{result.Option.Name} {expected}, and not '{(result.Tokens.Count > 0 ? result.Tokens[0].Value : "nothing")}'");
    }

    private static string? Given(ParseResult parsed, Option<string> option) =>
        parsed.GetResult(option) is OptionResult { Implicit: false } result ? result.GetValueOrDefault<string>() : null;
}

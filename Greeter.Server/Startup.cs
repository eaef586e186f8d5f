using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Greeter.Hosting;
using GrpcTls;

namespace Greeter.Server;

/// <summary>From the command line to a running server, and from a problem to three lines and an exit code.</summary>
internal static class Startup
{
    private const int WrongConfiguration = 2;

    /// <summary>Configuration and its relative paths start at the folder of appsettings.json, whatever the current folder is.</summary>
    public static WebApplicationOptions Options(string[] args) =>
        new() { Args = ServerArguments.Parse(args), ContentRootPath = ContentRoot.Find() };

    public static async Task<int> RunAsync(string[] args, Func<WebApplication> build)
    {
        if (ServerHelp.IsAsked(args))
        {
            Console.WriteLine(ServerHelp.Text);
            return 0;
        }

        try
        {
            await using var app = build();
            await app.StartAsync();
            Announcement.Write(app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (TlsException e)
        {
            ProblemConsole.Write(Console.Error, e.Problems);
        }
        catch (Exception e) when (SettingsFailure.Explain(e) is { } problem)
        {
            ProblemConsole.Write(Console.Error, problem);
        }

        return WrongConfiguration;
    }
}

/// <summary>The server takes settings as arguments (<c>--Ports:Mtls 50063</c>); anything else is a typing error and said so.</summary>
internal static class ServerArguments
{
    // Our own sections, and the keys of the host that make sense on a command line.
    private static readonly string[] Known = ["Ports", "Listen", "Tls", "Access", "SignIn", "Limits", "Logging", "Environment"];

    // Paths on the command line start at the current folder, those in the configuration at its own.
    private static readonly string[] Paths =
    [
        "Tls:CertificateChain", "Tls:PrivateKey", "Tls:PrivateKeyPasswordFile", "Tls:TrustedRoots", "Tls:RevocationLists",
        "SignIn:Users", "SignIn:TokenKeys",
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
            if (!args[i].StartsWith("--", StringComparison.Ordinal)
                || !Known.Contains(parts[0].Split(':')[0], StringComparer.OrdinalIgnoreCase))
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
        text.Length > 0 && Paths.Any(path => $"{key}:".StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase))
            ? Path.GetFullPath(text)
            : text;

    private static TlsProblem Wrong(string reason) => TlsProblems.WrongUsage.With(
        ("reason", reason),
        ("suggestion", "write --SECTION:KEY VALUE, for example --Ports:Mtls 50063; "
            + $"sections are {string.Join(", ", Known[..^1])}; --help shows every key"));
}

/// <summary>What <c>--help</c> prints: every section with its keys, as the code has them.</summary>
internal static class ServerHelp
{
    // TlsOptions has more properties than the section has keys.
    private static IEnumerable<string> Sections =>
    [
        .. Keys<PortsOptions>(PortsOptions.Section), .. Keys<ListenScopeOptions>(ListenScopeOptions.Section),
        .. Keys<TlsOptions>(TlsOptions.Section).Except(["  --Tls:BasePath", "  --Tls:SettingName"]),
        .. Keys<SignInOptions>(SignInOptions.Section), .. Keys<LimitsOptions>(LimitsOptions.Section),
    ];

    public static bool IsAsked(string[] args) => args.Any(argument => argument is "--help" or "-h" or "-?");

    public static string Text =>
        $"""
         Serves helloworld.Greeter without TLS, with TLS and with mutual TLS, as appsettings.json says.

         Usage: dotnet run --project Greeter.Server -- [--SECTION:KEY VALUE ...]

         A setting given here wins over the environment (Ports__Mtls=50063) and over appsettings.json. Settings:

         {string.Join('\n', Sections)}
           --Access:SERVICE/METHOD
           --Logging:LogLevel:CATEGORY

         For example: dotnet run --project Greeter.Server -- --Ports:Mtls 50063 --Listen:Mtls Any
         docs/settings.md says what each one means and what it is by default.
         """;

    private static IEnumerable<string> Keys<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        string section) =>
        typeof(T).GetProperties().Where(property => property.CanWrite).Select(property => $"  --{section}:{property.Name}");
}

/// <summary>Tells on standard error what each port is, whom it shows and whom it trusts.</summary>
internal static class Announcement
{
    public static void Write(WebApplication app)
    {
        foreach (var port in app.Services.GetRequiredService<IReadOnlyList<ServerPort>>())
        {
            Say($"listening {port.Name} {port.Url}");
            if (port.Kind == PortKind.Insecure)
                Say("  nobody is proven and everybody can read along: for testing only");
            else if (port.Kind == PortKind.Health)
                Say("  the health service alone");
            else
                Say(port, app.Services.GetRequiredService<TlsMaterialSources>().Get(TlsSide.Server).Current);
        }

        Say("ready; Ctrl+C stops it");
    }

    private static void Say(ServerPort port, TlsMaterial material)
    {
        var own = material.Identity!.Certificate;
        Say($"  shows {own.Subject} for {string.Join(", ", CertificateNames.Of(own))}, until {Day(own)}, from {own.Issuer}");
        foreach (var root in port.Kind == PortKind.Mtls ? material.Roots.Certificates : [])
            Say($"  trusts clients of {root.Subject}, until {Day(root)}");
    }

    private static string Day(X509Certificate2 certificate) => $"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}";

    private static void Say(string text) =>
        Console.Error.WriteLine($"{ProblemConsole.Program}: {PeerText.Printable(text, PeerText.LongestValue)}");
}

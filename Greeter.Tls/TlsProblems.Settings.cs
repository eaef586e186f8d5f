namespace Greeter.Tls;

// What is wrong with the configuration or the command line, seen at start.
public static partial class TlsProblems
{
    /// <summary>The configuration file itself cannot be parsed.</summary>
    public static readonly TlsProblem SettingsUnreadable = new(
        "settings-unreadable", "the configuration cannot be read",
        "{reason}",
        "mend the file; a comma or a quotation mark is a good first guess");

    /// <summary>A setting that nobody reads, most likely a typing error.</summary>
    public static readonly TlsProblem UnknownSetting = new(
        "unknown-setting", "unknown setting",
        "{setting} (from {origin}) is not a setting of this program",
        "{suggestion}");

    /// <summary>A setting has a value that it cannot have.</summary>
    public static readonly TlsProblem InvalidSetting = new(
        "invalid-setting", "a setting has a value that it cannot have",
        "{setting} is '{value}' (from {origin})",
        "set it to {expected}");

    /// <summary>The command line is wrong.</summary>
    public static readonly TlsProblem WrongUsage = new(
        "wrong-usage", "the command line is not understood",
        "{reason}",
        "{suggestion}");

    /// <summary>The address's scheme is not the one of the chosen credentials.</summary>
    public static readonly TlsProblem SchemeMismatch = new(
        "scheme-mismatch", "the address and the credentials do not go together",
        "{setting} is {address}; {credentials} credentials need an address that begins with {scheme}",
        "use {scheme} and that kind of port, or choose other credentials: --credentials {other}");

    /// <summary>Every port is switched off.</summary>
    public static readonly TlsProblem NoPorts = new(
        "no-ports", "every port is switched off",
        "{settings} are all empty",
        "give at least one a number, for example --Ports:Mtls 50053");

    /// <summary>The port belongs to another process.</summary>
    public static readonly TlsProblem PortInUse = new(
        "port-in-use", "a port is in use",
        "{setting} is {port}, and another program listens on {endpoint}",
        "stop the other program (a server that still runs?), or choose another port: --{setting} {next}");

    /// <summary>The operating system does not let this user have the port.</summary>
    public static readonly TlsProblem PortForbidden = new(
        "port-forbidden", "a port cannot be opened",
        "{setting} is {port}, and the operating system says: {reason}",
        "choose a port from 1024 to 65535: --{setting} {next}");
}

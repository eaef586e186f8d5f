namespace GrpcTls;

// What is wrong with the configuration or the command line, seen at start.
public static partial class TlsProblems
{
    /// <summary>The configuration file itself cannot be parsed.</summary>
    public static readonly TlsProblem SettingsUnreadable = new(
        "settings-unreadable", "the configuration cannot be read",
        "{reason}",
        "fix the file; a comma or a quotation mark is a good first guess");

    /// <summary>TLS is used, and the program has not said with which files.</summary>
    public static readonly TlsProblem TlsNotConfigured = new(
        "tls-not-configured", "the program uses TLS and does not say with which files",
        "{set} is used by UseTls or UseMutualTls, and no AddTls adds it",
        "add it where the services are added: services.AddTls(configuration.GetSection(\"Tls\"))");

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
        "use {scheme} and that kind of port, or choose other credentials");

    /// <summary>A password or a token would go over the wire in the clear.</summary>
    public static readonly TlsProblem TokenNeedsTls = new(
        "token-needs-tls", "a password is never sent without TLS",
        "{setting} is {user}, and insecure credentials let everybody on the way read the password and the token",
        "sign in over TLS");

    /// <summary>There is nobody to ask for a password.</summary>
    public static readonly TlsProblem PasswordMissing = new(
        "password-missing", "there is no password",
        "{setting} is {user}; neither standard input nor a file gives the password",
        "run it in a terminal, pipe the password in, or name a file that holds it");

    /// <summary>The answer could not be written.</summary>
    public static readonly TlsProblem OutputFailed = new(
        "output-failed", "the answer could not be written",
        "{reason}",
        "look at where standard output goes: a full disk, or a program that has ended");

    /// <summary>The server's ports are set in one place, and another place names some too.</summary>
    public static readonly TlsProblem ForeignEndpoints = new(
        "foreign-endpoints", "the configuration opens ports in a second place",
        "{setting} is set (from {origin}); such a port would have neither a name nor its own certificates",
        "remove it: the ports are set in one place");

    /// <summary>Every port is switched off.</summary>
    public static readonly TlsProblem NoPorts = new(
        "no-ports", "every port is switched off",
        "{settings} are all empty",
        "give at least one of them a number");

    /// <summary>The port belongs to another process.</summary>
    public static readonly TlsProblem PortInUse = new(
        "port-in-use", "a port is in use",
        "{setting} is {port}, and something already listens on {endpoint}",
        "stop the other program, or choose another port, for example {next}");

    /// <summary>The operating system does not let this user have the port.</summary>
    public static readonly TlsProblem PortForbidden = new(
        "port-forbidden", "a port cannot be opened",
        "{setting} is {port}, and the operating system says: {reason}",
        "choose a port from 1024 to 65535, for example {next}");
}

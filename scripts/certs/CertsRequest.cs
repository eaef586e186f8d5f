using Greeter.Pki;

namespace Greeter.Certs;

/// <summary>What the command line asked for, valid by itself. What is in the folder has not been looked at yet.</summary>
internal sealed record CertsRequest
{
    public required CertificateLayout Layout { get; init; }

    public IReadOnlyList<ServerName> ServerNames { get; init; } = [];

    public IReadOnlyList<string> ClientNames { get; init; } = [];

    /// <summary>Null: not said.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Null: not said; new authorities are then of the first kind, and new leaves like their authority.</summary>
    public KeyKind? Key { get; init; }

    public bool SharedCa { get; init; }

    public bool Renew { get; init; }

    public bool Force { get; init; }

    public bool IsDefaultFolder => Layout.Folder == CertsFolder.Default;

    public static IReadOnlyList<ServerName> ParseServerNames(string[]? names) => [.. (names ?? []).Select(ParseServerName).Distinct()];

    public static IReadOnlyList<string> ParseClientNames(string[]? names) => [.. (names ?? []).Select(ClientName.Parse).Distinct()];

    /// <exception cref="CertsProblem">It asks for two things that exclude each other.</exception>
    public CertsRequest Checked() => Renew && Force
        ? throw CertsProblems.Usage("--renew keeps the authorities and --force replaces them; only one of the two")
        : this;

    /// <param name="option">What asks for a folder and nothing else.</param>
    /// <param name="reason">Why.</param>
    /// <exception cref="CertsProblem">It asks for more than a folder.</exception>
    public CertsRequest CheckedAlone(string option, string reason) => this == new CertsRequest { Layout = Layout, ServerNames = ServerNames, ClientNames = ClientNames }
        && ServerNames.Count + ClientNames.Count == 0
        ? this
        : throw CertsProblems.Usage($"{option} goes with --out alone: {reason}");

    /// <summary>The command that does <paramref name="options"/> to the same folder; it is what the fixes end in.</summary>
    public string Command(string options) =>
        CertsCommand.Line(IsDefaultFolder ? options : $"{options} --out {CertsCommand.Quote(Layout.Folder)}");

    private static ServerName ParseServerName(string name)
    {
        try
        {
            return ServerName.Parse(name);
        }
        catch (FormatException e)
        {
            throw CertsProblems.ServerNameInvalid(name, e.Message);
        }
    }
}

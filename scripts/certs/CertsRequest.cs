using System.Globalization;
using System.Text.RegularExpressions;
using Greeter.Pki;
using Greeter.Scripts;

namespace Greeter.Certs;

/// <summary>What the command line asked for, valid by itself. What is in the folder has not been looked at yet.</summary>
internal sealed record CertsRequest
{
    // Apple's platforms refuse server certificates of more than 825 days, also those of private authorities
    // (https://support.apple.com/HT210176). The limit of 398 days is for public authorities only.
    public const int MostDays = 825;

    // Next to the folder of this program, wherever the caller stands: `dotnet run` tells a file its own place.
    private static readonly string DefaultFolder = Path.GetFullPath(
        Path.Combine(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? Environment.CurrentDirectory, "..", "certs"));

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

    public bool IsDefaultFolder => Layout.Folder == DefaultFolder;

    public static string ParseFolder(string? folder) => folder switch
    {
        null => DefaultFolder,
        "" => throw CertsProblems.Usage("--out is empty"),
        _ => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)),
    };

    public static TimeSpan? ParseDays(string? days) => days is null
        ? null
        : int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostDays
            ? TimeSpan.FromDays(number)
            : throw CertsProblems.DaysInvalid(days, MostDays);

    public static IReadOnlyList<ServerName> ParseServerNames(string[]? names) => [.. (names ?? []).Select(ParseServerName).Distinct()];

    public static IReadOnlyList<string> ParseClientNames(string[]? names) => [.. (names ?? []).Select(ClientName.Parse).Distinct()];

    /// <exception cref="Problem">It asks for two things that exclude each other.</exception>
    public CertsRequest Checked() => Renew && Force
        ? throw CertsProblems.Usage("--renew keeps the authorities and --force replaces them; only one of the two")
        : this;

    /// <param name="option">What asks for a folder and nothing else.</param>
    /// <param name="reason">Why.</param>
    /// <exception cref="Problem">It asks for more than a folder.</exception>
    public CertsRequest RequireOnly(string option, string reason)
    {
        var bare = new CertsRequest { Layout = Layout, ServerNames = ServerNames, ClientNames = ClientNames };
        return this == bare && ServerNames.Count + ClientNames.Count == 0
            ? this
            : throw CertsProblems.Usage($"{option} goes with --out alone: {reason}");
    }

    /// <summary>Until it is disposed, no other run changes the folder.</summary>
    /// <exception cref="Problem">Another run does, for too long.</exception>
    public IDisposable LockFolder()
    {
        void Say() => Console.Error.WriteLine($"certs: another run is at work in {Layout.Folder}; waiting for it");
        try
        {
            return FolderLock.Take(Layout.Folder, isPrivate: false, Say);
        }
        catch (TimeoutException e)
        {
            throw CertsProblems.FolderBusy(Layout.Folder, e);
        }
    }

    /// <summary>The command that does <paramref name="options"/> to the same folder; it is what the fixes end in.</summary>
    public string Command(string options) =>
        CommandText.Line(IsDefaultFolder ? options : $"{options} --out {CommandText.Quote(Layout.Folder)}");

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

/// <summary>A client's name: at once a folder, the end of a URI and a common name, so it must be safe as each of the three.</summary>
internal static partial class ClientName
{
    // Windows opens a device under these names, whatever follows the first dot.
    private static readonly HashSet<string> Devices =
    [
        "con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(number => new[] { $"com{number}", $"lpt{number}" }),
    ];

    public static string Parse(string name) => name switch
    {
        // Lower case alone: macOS and Windows take Alice and alice for the same folder, TLS for two clients. 64 is the
        // longest common name (RFC 5280, ub-common-name).
        _ when !Safe().IsMatch(name) => throw CertsProblems.ClientNameInvalid(
            name, "it must be 1 to 64 lower-case letters, digits, - _ or . and begin and end with a letter or a digit"),
        _ when Devices.Contains(name.Split('.')[0]) => throw CertsProblems.ClientNameInvalid(name, "it is the name of a device on Windows"),
        "client" or "greeter-client" => throw CertsProblems.ClientNameInvalid(name, "the client that is always made has it"),
        _ => name,
    };

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Safe();
}

/// <summary>How this program is called, for texts that tell people what to type.</summary>
internal static class CommandText
{
    public static string Line(string options) => $"dotnet run scripts/certs.cs -- {options}";

    public static string Quote(string path) => path.Contains(' ') ? $"\"{path}\"" : path;
}

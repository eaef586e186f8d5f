using System.Text.RegularExpressions;

namespace Greeter.Certs;

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

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Greeter.Pki;

/// <summary>A name that a server may be called by: a host name, a wildcard such as <c>*.example.com</c>, or an IP address.</summary>
public sealed partial record ServerName
{
    private ServerName(string text, IPAddress? address) => (Text, Address) = (text, address);

    public string Text { get; }

    /// <summary>The address, or null for a host name: a certificate keeps the two apart, and they never match each other.</summary>
    public IPAddress? Address { get; }

    public static IReadOnlyList<ServerName> Local { get; } = [Parse("localhost"), Parse("127.0.0.1"), Parse("::1")];

    /// <exception cref="FormatException">It is none of the three; the message says why.</exception>
    public static ServerName Parse(string text)
    {
        if (AddressOf(text) is { } address)
            return new ServerName(address.ToString(), address);
        return Fault(text) is { } fault ? throw new FormatException(fault) : new ServerName(text.ToLowerInvariant(), null);
    }

    /// <summary>The names that a certificate carries.</summary>
    public static IReadOnlyList<ServerName> Of(X509Certificate2 certificate) =>
    [
        .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()
            .Select(name => new ServerName(name, null))
            .Concat(names.EnumerateIPAddresses().Select(address => new ServerName(address.ToString(), address)))),
    ];

    public override string ToString() => Text;

    // IPAddress.Parse also takes "1" (0.0.0.1), "[::1]:443" (without the port) and "fe80::1%2" (without the zone, later).
    private static IPAddress? AddressOf(string text) =>
        text.All(c => char.IsAsciiHexDigit(c) || c is '.' or ':') && IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text) ? address : null;

    private static string? Fault(string text)
    {
        var labels = text.Split('.');
        return text switch
        {
            "" => "it is empty",
            _ when text.Contains("://", StringComparison.Ordinal) => "it is an address; a certificate carries the host name alone",
            _ when text.Contains(':') => "it is not an IPv6 address, and a host name has no colon; a certificate carries no port",
            _ when !text.All(char.IsAscii) => "it is not ASCII; write it in its ASCII form, which begins with xn--",
            _ when text.Length > 253 => "it is longer than 253 characters",
            // OpenSSL matches no shorter wildcard (valid_star in v3_utl.c).
            _ when labels[0] == "*" && labels.Length < 3 => "a wildcard needs two more labels, as in *.example.com",
            _ when text.Contains('*') && (labels[0] != "*" || text.LastIndexOf('*') > 0) => "a wildcard must be the whole first label",
            _ when labels[^1].Length > 0 && labels[^1].All(char.IsAsciiDigit) => "it ends in a number, and is not an IPv4 address of four",
            _ when !labels.Skip(labels[0] == "*" ? 1 : 0).All(Label().IsMatch) =>
                "each label has 1 to 63 letters, digits, - or _, and neither begins nor ends with -",
            _ => null,
        };
    }

    // RFC 1123 and the underscore, which Go and OpenSSL let pass too: container networks are full of names with it.
    [GeneratedRegex(@"\A[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}

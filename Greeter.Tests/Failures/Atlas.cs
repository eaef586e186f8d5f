using System.Reflection;
using System.Text.RegularExpressions;

namespace Greeter.Tests;

/// <summary>
/// The atlas: classes of mistakes that people make with gRPC and TLS, collected from public issues and by trying. Tests name them
/// by their codes: A trust, B names, C the way and protocols, D credentials and addresses, E mutual TLS, F files, G rotation.
/// Where no test covers one, the entry says why.
/// </summary>
public sealed partial class Atlas
{
    private sealed record Mistake(string Code, string What, string WhyNot, params Type[] Tests);

    private static readonly Mistake[] Mistakes =
    [
        new("A01", "private authority, client uses the system's list", "", typeof(FailureRootsTests)),
        new("A02", "client trusts another authority", "", typeof(FailureTrustTests), typeof(BrokenSetTests)),
        new("A04", "server's intermediate not sent", "", typeof(FailureTrustTests), typeof(BrokenSetTests)),
        new("A05", "client trusts only the intermediate", "", typeof(FailureRootsTests), typeof(BrokenSetTests)),
        new("A06", "client pins an issued certificate as root", "", typeof(FailureRootsTests), typeof(BrokenSetTests)),
        new("A07", "self-signed or development certificate", "", typeof(FailureTrustTests), typeof(BrokenSetTests)),
        new("A09", "server's certificate is not for servers", "", typeof(FailureTrustTests), typeof(LoadProblemTests)),
        new("A10", "server's certificate expired", "", typeof(FailureTrustTests), typeof(BrokenSetTests)),
        new("A11", "server's certificate not valid yet", "", typeof(FailureTrustTests), typeof(BrokenSetTests)),
        new("A12", "policy left at online revocation", "cannot happen: TlsHandshake sets the mode"),
        new("A13", "revocation servers not reachable", "cannot happen: nothing is asked online"),
        new("A15", "trust file without a certificate", "", typeof(FailureRootsTests), typeof(LoadProblemTests)),
        new("A16", "own callback loses intermediates", "code that others write; ours has no such callback"),
        new("A17", "own callback hides the reason", "code that others write"),
        new("A18", "callback accepts everything", "code that others write; here is no switch for it"),
        new("A19", "several faults at once", "", typeof(FailureTrustTests)),
        new("A20", "cross-signed or expired root", "needs two paths to one root; certs.cs makes one"),
        new("A22", "SSL_CERT_FILE, SSL_CERT_DIR, no ca-certificates", "", typeof(FailureRootsTests)),
        new("A23", "other languages do not read the system's list", "not this client"),
        new("B01", "name not in the certificate", "", typeof(FailureNameTests), typeof(CredentialsTests)),
        new("B02", "common name alone", "", typeof(FailureNameTests), typeof(DoctorFilesTests)),
        new("B03", "address not in the certificate", "", typeof(FailureNameTests)),
        new("B05", "wildcard and two labels", "", typeof(FailureNameTests)),
        new("B07", "another name to verify", "", typeof(FailureNameTests), typeof(CredentialsTests)),
        new("B08", "client-side load balancing and names", "a fault of old versions of Grpc.Net.Client"),
        new("B09", "a URI alone (SPIFFE)", "", typeof(FailureNameTests)),
        new("B10", "SNI missing or unknown", "cannot happen: the server has one certificate for every name"),
        new("C01", "TLS to a port without it", "", typeof(FailureProtocolTests), typeof(CredentialsTests)),
        new("C02", "plaintext to a TLS port", "", typeof(FailureProtocolTests), typeof(CredentialsTests), typeof(FailureOtherClientsTests)),
        new("C03", "HTTP/2 to a port with HTTP/1.1", "", typeof(FailureProtocolTests)),
        new("C04", "TLS port with HTTP/1.1 alone", "", typeof(FailureProtocolTests)),
        new("C05", "client without ALPN", "", typeof(FailureProtocolTests)),
        new("C06", "server without ALPN", "", typeof(FailureProtocolTests)),
        new("C07", "no version of TLS in common", "", typeof(FailureProtocolTests)),
        new("C09", "TLS 1.0 or 1.1 forced", "", typeof(FailureProtocolTests)),
        new("C10", "closed or reset in the handshake", "", typeof(FailureConnectionTests)),
        new("C12", "nothing listens, no such name", "", typeof(FailureConnectionTests), typeof(DoctorTests)),
        new("C13", "macOS before .NET 8", "another operating system and version"),
        new("C14", "HTTP/2 over old TLS", "cannot be agreed on: both sides start at TLS 1.2"),
        new("C15", "plaintext probes on a TLS port", "", typeof(FailureConnectionTests), typeof(RefusalTests)),
        new("D01", "SslCredentials with PEM texts", "", typeof(CredentialsTests)),
        new("D02", "http:// with TLS credentials", "", typeof(FailureSetupTests)),
        new("D03", "https:// with insecure credentials", "", typeof(FailureSetupTests)),
        new("D04", "dns:/// without credentials", "", typeof(FailureSetupTests)),
        new("D05", "address without a scheme", "", typeof(FailureSetupTests)),
        new("D06", "CallCredentials with insecure credentials", "code that others write"),
        new("D07", "CallCredentials dropped over http", "code that others write"),
        new("D08", "handler that cannot balance", "code that others write"),
        new("D09", "proxy in the environment", "", typeof(FailureSetupTests)),
        new("D10", ".NET Framework, WinHttpHandler", "another operating system"),
        new("E01", "client certificate missing", "",
            typeof(FailureMutualTests), typeof(FailureOpenSslTests), typeof(FailureOtherClientsTests)),
        new("E02", "client certificate from another authority", "",
            typeof(FailureMutualTests), typeof(FailureOpenSslTests), typeof(FailureOtherClientsTests)),
        new("E03", "client certificate expired", "", typeof(FailureMutualTests), typeof(FailureOpenSslTests)),
        new("E04", "client certificate not for clients, not sent", "", typeof(FailureMutualTests)),
        new("E05", "client certificate not for clients, sent", "", typeof(FailureMutualTests)),
        new("E06", "client certificate without its key", "", typeof(FailureMutualTests)),
        new("E07", "self-signed client certificate", "", typeof(FailureMutualTests), typeof(BrokenSetTests)),
        new("E08", "client's intermediate not sent", "", typeof(FailureMutualTests), typeof(BrokenSetTests)),
        new("E09", "server checks clients against the system's list", "cannot happen: the server needs roots of its own"),
        new("E10", "port never asks", "", typeof(CredentialsTests)),
        new("E11", "defaults set after the ports", "code that others write"),
        new("E12", "server's callback returns true", "code that others write"),
        new("E13", "known and not restricted", "", typeof(AccessTests)),
        new("E14", "DelayCertificate over HTTP/2", "code that others write"),
        new("E15", "sessions cross ports", "", typeof(SessionTests), typeof(CredentialsTests)),
        new("E16", "server's policy left at online revocation", "cannot happen: TlsHandshake sets the mode"),
        new("E17", "client fetches issuers for 15 s", "cannot happen: nothing is fetched"),
        new("E18", "names of accepted authorities", "", typeof(FailureMutualTests), typeof(FailureOpenSslTests)),
        new("E19", "TLS ends at a proxy", "no proxy is part of this sample"),
        new("E20", "certificate checked on every call", "a matter of speed; here once for a connection"),
        new("E21", "connection outlives its certificate", "", typeof(RevocationTests)),
        new("E22", "revoked certificate accepted", "", typeof(RevocationTests)),
        new("F01", "encrypted key, no password", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F02", "encrypted key, wrong password", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F03", "key of another certificate", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F04", "key of another algorithm", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F05", "old encryption of OpenSSL", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F06", "PKCS#1 and SEC1 keys", "", typeof(FailureFileTests)),
        new("F07", "byte order mark, UTF-16", "", typeof(LoadProblemTests)),
        new("F09", "two blocks in one line", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F11", "certificate and key swapped", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F12", "path passed as content", "", typeof(FailureFileTests)),
        new("F14", "file missing", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F15", "no permission", "", typeof(FailurePermissionTests)),
        new("F16", "password of a .pfx", "this sample reads PEM alone; not-pem says so"),
        new("F17", "server certificate without a key", "", typeof(FailureFileTests)),
        new("F18", "no certificate at all", "", typeof(FailureFileTests)),
        new("F19", "Ed25519", "", typeof(FailureFileTests), typeof(LoadProblemTests)),
        new("F20", "Windows: key in memory alone", "another operating system"),
        new("F21", "Windows: account may not read the key", "another operating system"),
        new("F22", "macOS keychain", "another operating system"),
        new("F24", "line ends, spaces", "", typeof(LoadProblemTests), typeof(FailureFileTests)),
        new("G01", "certificate in code never reloads", "", typeof(RotationTests), typeof(ServerFollowsFilesTests)),
        new("G02", "symlinked secrets", "", typeof(ServerFollowsFilesTests), typeof(ClientFollowsFilesTests)),
        new("G03", "faults while reloading", "", typeof(ServerFollowsFilesTests), typeof(ClientFollowsFilesTests)),
        new("G04", "old connections keep the old certificate", "", typeof(RevocationTests), typeof(GracefulCloseTests)),
        new("G05", "client never refreshes", "", typeof(ClientFollowsFilesTests)),
        new("G06", "C core takes PEM once", "not this client"),
    ];

    [Fact]
    public void Every_mistake_is_covered_by_a_class_with_tests_or_says_why_not()
    {
        Mistakes.Select(mistake => mistake.Code).Should().OnlyHaveUniqueItems();
        foreach (var mistake in Mistakes)
        {
            (mistake.WhyNot.Length > 0).Should().Be(mistake.Tests.Length == 0, mistake.Code);
            mistake.Tests.All(HasTests).Should().BeTrue(mistake.Code);
        }
    }

    [Fact]
    public void Every_code_in_a_test_stands_in_the_atlas()
    {
        var named = Directory.GetFiles(Programs.Source("Greeter.Tests"), "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(path => Comment().Matches(File.ReadAllText(path))).SelectMany(line => Code().Matches(line.Value))
            .Select(code => code.Value).ToHashSet();

        named.Should().NotBeEmpty().And.BeSubsetOf(Mistakes.Select(mistake => mistake.Code));
    }

    private static bool HasTests(Type type) => type.GetMethods().Any(method => method.GetCustomAttribute<FactAttribute>() is not null);

    [GeneratedRegex("//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b[A-G]\d\d\b")]
    private static partial Regex Code();
}

using System.Text.Json;
using GrpcTls;

namespace Greeter.Hosting;

/// <summary>
/// How the sample tells a person what is wrong: three lines for each problem, which begin with its name. The library's fixes hold in
/// any program; where the sample has a command or a setting of its own for a fix, that takes its place.
/// </summary>
public static class ProblemConsole
{
    /// <summary>The name that both programs have in messages.</summary>
    public const string Program = "greeter";

    /// <summary>The sample's own fixes, by the problem's id; words in braces are the values of the case.</summary>
    public static IReadOnlyDictionary<string, string> Fixes { get; } = new Dictionary<string, string>
    {
        ["expires-soon"] = "renew it in time: dotnet run scripts/certs.cs -- --renew",
        ["not-valid-now"] = "renew it: dotnet run scripts/certs.cs -- --renew; if the date here is wrong, set the clock",
        ["certificate-without-names"] = "issue it with names: dotnet run scripts/certs.cs -- --renew --server-name NAME",
        ["weak-key"] = "make new keys: dotnet run scripts/certs.cs -- --force",
        ["unauthenticated"] = "show a client certificate (--credentials mtls), or sign in (--user NAME with --credentials tls or mtls)",
        ["permission-denied"] = "call as somebody who may, or let the server's Access section name this caller",
        ["sign-in-refused"] = "check both; on the server, make the user or a new password: dotnet run scripts/users.cs -- add {user}",
        ["resource-exhausted"] = "wait a minute, or ask for less at once; the server's Limits and SignIn sections set the numbers",
        ["client-certificate-missing"] = "on the client: --credentials mtls with --client-cert and --client-key; certs.cs makes both",
        ["client-authority-unknown"] =
            "show a certificate from an accepted authority, or add the client's root to the server's Tls:TrustedRoots (client_ca.pem)",
        ["client-authority-rekeyed"] =
            "the authority was made again: renew the client's certificate from the new one: dotnet run scripts/certs.cs -- --renew",
        ["client-self-signed"] = "issue the client's certificate from an authority: dotnet run scripts/certs.cs",
        ["client-certificate-expired"] = "renew it: dotnet run scripts/certs.cs -- --renew; if the date here is wrong, set the clock",
        ["client-certificate-usage"] =
            "use the client's own certificate, not a server's, or reissue it: dotnet run scripts/certs.cs -- --renew",
        ["client-certificate-malformed"] =
            "issue it again with another tool, for example: dotnet run scripts/certs.cs; openssl x509 -text -in FILE shows what is in it",
        ["client-certificate-invalid"] = "look at it: dotnet run --project Greeter.Client -- doctor --files",
        ["client-certificate-refused"] = "read the server's log: a warning has the problem's id",
        ["setting-missing"] = "set {setting} to the file; make the certificates: dotnet run scripts/certs.cs",
        ["roots-missing"] =
            "set {setting} to the file with the authority's root certificate; make the certificates: dotnet run scripts/certs.cs",
        ["file-missing"] = "make the certificates: dotnet run scripts/certs.cs, or name the file that you have",
        ["key-mismatch"] =
            "set {setting} to the key that was made with this certificate, or issue both again: dotnet run scripts/certs.cs -- --renew",
        ["key-algorithm-unsupported"] = "issue it with an ECDSA P-256 or RSA key, for example: dotnet run scripts/certs.cs -- --renew",
        ["client-certificate-revoked"] =
            "issue a new certificate: dotnet run scripts/certs.cs -- --renew; ask first why the old one was revoked",
        ["revocation-unknown"] =
            "add the list of {issuer} to Tls:RevocationLists; to let clients in without one: Tls:RevocationFailure = Soft",
        ["revocation-list-expired"] =
            "get the newest list: dotnet run scripts/certs.cs -- --revoke; to let clients in meanwhile: Tls:RevocationFailure = Soft",
        ["server-name-mismatch"] = "call a name it carries, or reissue it: dotnet run scripts/certs.cs -- --renew --server-name {asked}",
        ["server-certificate-expired"] =
            "renew it on the server: dotnet run scripts/certs.cs -- --renew; if the date here is wrong, set the clock",
        ["server-certificate-usage"] =
            "use the server's own certificate, not a client's, or reissue it: dotnet run scripts/certs.cs -- --renew",
        ["server-authority-unknown"] =
            "give the client the root of that authority: --server-ca certs/client/server_ca.pem; a public certificate (Let's "
            + "Encrypt) needs --server-ca system",
        ["server-authority-rekeyed"] =
            "the authority was made again: copy the newest server_ca.pem to the client, and renew the server's certificate from it",
        ["server-intermediate-missing"] =
            "on the server, put the whole chain into server_cert.pem: the certificate first, then its intermediates; if {issuer} "
            + "is a root, trust it: --server-ca",
        ["server-self-signed"] =
            "trust this very certificate (--server-ca with its file), or better, issue one from an authority: dotnet run scripts/certs.cs",
        ["trusts-only-intermediate"] =
            "put the root certificate into it (certs.cs makes server_ca.pem and client_ca.pem); intermediates travel with the "
            + "other side's chain",
        ["trusts-leaf"] = "put the root certificate of {issuers}'s authority into it (certs.cs makes server_ca.pem and client_ca.pem)",
        ["system-roots-empty"] =
            "install the list (Debian: apt-get install ca-certificates), or fix the two variables; for a private authority use "
            + "--server-ca FILE",
        ["server-certificate-malformed"] =
            "issue it again with another tool, for example: dotnet run scripts/certs.cs; openssl x509 -text -in FILE shows what is in it",
        ["server-certificate-invalid"] = "look at the chain: dotnet run --project Greeter.Client -- doctor",
        ["scheme-mismatch"] = "use {scheme} and that kind of port, or choose other credentials: --credentials {other}",
        ["token-needs-tls"] = "sign in with --credentials tls or mtls",
        ["password-missing"] = "run it in a terminal, pipe the password in, or name a file: SignIn__PasswordFile=FILE",
        ["foreign-endpoints"] = "remove it and set Ports and Listen",
        ["no-ports"] = "give at least one a number, for example --Ports:Mtls 50053",
        ["port-in-use"] = "stop the other program (a server that still runs?), or choose another port: --{setting} {next}",
        ["port-forbidden"] = "choose a port from 1024 to 65535: --{setting} {next}",
        ["name-not-found"] =
            "check the spelling of {host}; for a test put it into the hosts file, or use --server-name {host} with --address "
            + "https://127.0.0.1:PORT",
        ["server-unreachable"] = "start the server: dotnet run --project Greeter.Server; or check the port, and a firewall in between",
        ["tls-to-plaintext-port"] = "use the TLS port, or for a test without TLS: --credentials insecure --address http://{host}:{port}",
        ["plaintext-to-tls-port"] = "on the client use --credentials tls (or mtls) and an https:// address, or the insecure port",
        ["client-refused-server"] =
            "give the client the root of this server's authority (server_ca.pem), and call a name that the certificate carries",
        ["handshake-failed"] = "look at it step by step: dotnet run --project Greeter.Client -- doctor",
        ["deadline-exceeded"] = "allow more time: --deadline SECONDS; or look at what the server is doing",
    };

    /// <summary>The problem with the sample's own fix where there is one, and where nobody gave it another before.</summary>
    /// <param name="problem">What is wrong.</param>
    public static TlsProblem InSample(TlsProblem problem) =>
        Fixes.TryGetValue(problem.Id, out var fix) && problem.Fix == problem.Fill(TlsProblems.All[problem.Id].Fix)
            ? problem with { Fix = problem.Fill(fix) }
            : problem;

    /// <summary>The three lines of a problem, without a line break at the end.</summary>
    /// <param name="problem">What is wrong.</param>
    public static string Describe(TlsProblem problem) => InSample(problem).Describe(Program);

    /// <summary>The same problems for a person: with the sample's fixes, and those of one kind with the same fix as one.</summary>
    /// <param name="problems">What is wrong, in its order.</param>
    public static IEnumerable<TlsProblem> ForPerson(IEnumerable<TlsProblem> problems) => TlsProblems.Merged(problems.Select(InSample));

    /// <summary>Writes three lines for each problem; problems of one kind with the same fix are one.</summary>
    /// <param name="error">Where to.</param>
    /// <param name="problems">What is wrong, in its order.</param>
    public static void Write(TextWriter error, params IEnumerable<TlsProblem> problems)
    {
        foreach (var problem in ForPerson(problems))
            error.WriteLine(problem.Describe(Program));
    }
}

/// <summary>What the configuration's own exceptions mean for a person.</summary>
public static class SettingsFailure
{
    /// <summary>The problem behind an exception of the configuration or of the logging's settings; null for any other.</summary>
    /// <param name="failure">What was thrown while a program was put together.</param>
    public static TlsProblem? Explain(Exception failure) => failure switch
    {
        // A file that cannot be parsed.
        InvalidDataException => TlsProblems.SettingsUnreadable.With(("reason", $"{failure.Message} {Place(failure)}".TrimEnd())),

        // The section Logging is the framework's; it says which value it does not understand.
        InvalidOperationException when failure.Message.Contains("Configuration value", StringComparison.Ordinal) =>
            TlsProblems.SettingsUnreadable.With(("reason", failure.Message)),
        _ => null,
    };

    // The parser counts lines and bytes from 0; editors count from 1.
    private static string? Place(Exception failure)
    {
        for (var inner = failure.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is JsonException { LineNumber: { } line, BytePositionInLine: { } column })
                return $"Line {line + 1}, column {column + 1}: {inner.Message.Split(" LineNumber:")[0]}";
        }

        return failure.InnerException?.Message;
    }
}

namespace Greeter.Tls;

// Certificates that were taken back, and the lists that say so.
public static partial class TlsProblems
{
    /// <summary>The client's certificate, or one above it, was taken back by its authority.</summary>
    public static readonly TlsProblem ClientCertificateRevoked = new(
        "client-certificate-revoked", "the client's certificate was revoked",
        "{subject}, serial number {serial}, is on the list {path}",
        "issue a new certificate: dotnet run scripts/certs.cs -- --renew; ask first why the old one was revoked");

    /// <summary>Lists are configured, and none of them is of the certificate's issuer.</summary>
    public static readonly TlsProblem RevocationUnknown = new(
        "revocation-unknown", "no revocation list says whether a certificate is still good",
        "{subject} was issued by {issuer}, which has signed none of the lists: {lists}",
        "add the list of {issuer} to Tls:RevocationLists; to let clients in without one: Tls:RevocationMode = Open");

    /// <summary>The authority has promised a newer list by now.</summary>
    public static readonly TlsProblem RevocationListExpired = new(
        "revocation-list-expired", "a revocation list is out of date",
        "{path} promised a newer one until {nextUpdate}; here it is {now}; it was to judge {subject}",
        "get the newest list; with certs.cs: dotnet run scripts/certs.cs -- --revoke; to let clients in meanwhile: Tls:RevocationMode = Open");

    /// <summary>A file of <c>RevocationLists</c> is no list.</summary>
    public static readonly TlsProblem RevocationListMalformed = new(
        "revocation-list-malformed", "a revocation list cannot be read",
        "{path} ({setting}: {role}): {reason}",
        "look at it: openssl crl -in '{path}' -noout -text; then get it again");
}

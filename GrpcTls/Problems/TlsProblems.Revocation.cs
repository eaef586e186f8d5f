namespace GrpcTls;

// Certificates that were taken back, and the lists that say so.
public static partial class TlsProblems
{
    /// <summary>The client's certificate, or one above it, was taken back by its authority.</summary>
    public static readonly TlsProblem ClientCertificateRevoked = new(
        "client-certificate-revoked", "the client's certificate was revoked",
        "{subject}, serial number {serial}, is on the list {path}",
        "issue a new certificate; ask first why the old one was revoked");

    /// <summary>Lists are configured, and none of them is of the certificate's issuer.</summary>
    public static readonly TlsProblem RevocationUnknown = new(
        "revocation-unknown", "no revocation list says whether a certificate is still good",
        "{subject} was issued by {issuer}, which has signed none of the lists: {lists}",
        "add the list of {issuer} to RevocationLists; to let clients in without one, set RevocationFailure to Soft");

    /// <summary>The authority has promised a newer list by now.</summary>
    public static readonly TlsProblem RevocationListExpired = new(
        "revocation-list-expired", "a revocation list is out of date",
        "{path} promised a newer one until {nextUpdate}; here it is {now}; it was to judge {subject}",
        "get the newest list; to let clients in meanwhile, set RevocationFailure to Soft");

    /// <summary>The list's own date lies ahead.</summary>
    public static readonly TlsProblem RevocationListNotYetValid = new(
        "revocation-list-not-yet-valid", "a revocation list is from the future",
        "{path} is from {thisUpdate}; here it is {now}; it was to judge {subject}",
        "set the clock, here or at the authority, and get the list again; to let clients in meanwhile, set RevocationFailure to Soft");

    /// <summary>An older list has taken the place of a newer one, while the server runs.</summary>
    public static readonly TlsProblem RevocationListOlder = new(
        "revocation-list-older", "a revocation list is older than the one before",
        "{path} is from {thisUpdate}, number {number}; one of the same authority from {usedUpdate}, number {usedNumber}, was in use",
        "get the newest list; if the authority had to begin anew, start the server again");

    /// <summary>A file of <c>RevocationLists</c> is no list.</summary>
    public static readonly TlsProblem RevocationListMalformed = new(
        "revocation-list-malformed", "a revocation list cannot be read",
        "{path} ({setting}: {role}): {reason}",
        "look at it: openssl crl -in '{path}' -noout -text; then get it again");
}

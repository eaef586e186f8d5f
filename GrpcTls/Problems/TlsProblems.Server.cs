namespace GrpcTls;

// What is wrong with the server's certificate, or with the client's idea of whom to trust. The client sees it.
public static partial class TlsProblems
{
    /// <summary>The certificate is good, and for another name.</summary>
    public static readonly TlsProblem ServerNameMismatch = new(
        "server-name-mismatch", "the server's certificate is for another name",
        "asked for {asked}; the certificate is for {names}",
        "call a name that it carries, or issue it again with {asked}; a public certificate: certbot certonly, with -d for each name");

    /// <summary>The server's certificate, or one above it, has expired.</summary>
    public static readonly TlsProblem ServerCertificateExpired = new(
        "server-certificate-expired", "the server's certificate has expired",
        "{subject} was valid until {notAfter}; here it is {now}",
        "renew it on the server (a public certificate: certbot renew); if the date here is wrong, set the clock");

    /// <summary>The server's certificate, or one above it, is not valid yet.</summary>
    public static readonly TlsProblem ServerCertificateNotYetValid = new(
        "server-certificate-not-yet-valid", "the server's certificate is not valid yet",
        "{subject} is valid from {notBefore}; here it is {now}",
        "compare the clocks of both machines; a certificate should be backdated by an hour when it is issued");

    /// <summary>The certificate is not for servers.</summary>
    public static readonly TlsProblem ServerCertificateUsage = new(
        "server-certificate-usage", "the server's certificate is not meant for servers",
        "{subject} is for {usages}; a server needs {needed}",
        "use the server's own certificate, not a client's, or issue it again for {needed}");

    /// <summary>The chain ends at an authority that the client does not trust.</summary>
    public static readonly TlsProblem ServerAuthorityUnknown = new(
        "server-authority-unknown", "the server's certificate comes from an authority that is not trusted here",
        "{subject} leads to {authority}; trusted here: {trusted}",
        "let the client trust the root of that authority; a public certificate (Let's Encrypt) needs the operating system's list");

    /// <summary>A trusted authority has the right name and another key.</summary>
    public static readonly TlsProblem ServerAuthorityRekeyed = new(
        "server-authority-rekeyed", "the trusted authority has the right name and another key",
        "{subject} was signed by {authority} with key {signed}; the trusted {authority} has key {trusted}",
        "the authority was made again: give the client its newest root, and issue the server's certificate again from it")
    {
        Alias = "server-authority-twin",
    };

    /// <summary>The server sends its own certificate without what links it to a root.</summary>
    public static readonly TlsProblem ServerIntermediateMissing = new(
        "server-intermediate-missing", "the server does not send an intermediate certificate",
        "it sent {subject} alone; its issuer {issuer} is not among the trusted roots: {trusted}",
        "on the server, put the whole chain into the file of its certificate: the certificate first, then its intermediates (certbot: "
            + "fullchain.pem); if {issuer} is a root, let the client trust it");

    /// <summary>The server's certificate is signed by itself.</summary>
    public static readonly TlsProblem ServerSelfSigned = new(
        "server-self-signed", "the server's certificate is signed by itself",
        "{subject} is its own issuer; trusted here: {trusted}",
        "let the client trust this very certificate, or better, issue one from an authority");

    /// <summary>The trust file holds only certificates that another authority has signed.</summary>
    public static readonly TlsProblem TrustsOnlyIntermediate = new(
        "trusts-only-intermediate", "the trusted file holds an intermediate and no root",
        "{path} ({setting}: {role}) holds {subjects}, signed by {issuers}; trust starts at a self-signed root",
        "put the root certificate into it; intermediates travel with the other side's chain");

    /// <summary>The trust file holds the certificate of a server or client in place of an authority's.</summary>
    public static readonly TlsProblem TrustsLeaf = new(
        "trusts-leaf", "the trusted file holds a certificate of one server or client and no root",
        "{path} ({setting}: {role}) holds {subjects}, signed by {issuers}, which is no authority itself",
        "put the root certificate of {issuers}'s authority into it");

    /// <summary>The operating system's list is wanted and empty.</summary>
    public static readonly TlsProblem SystemRootsEmpty = new(
        "system-roots-empty", "the operating system has no trusted authorities",
        "its list is empty; SSL_CERT_FILE is {file}, SSL_CERT_DIR is {folder}",
        "install the list (Debian: apt-get install ca-certificates), or fix the two variables; a private authority needs a file with "
            + "its root");

    /// <summary>A key or a signature in the server's chain is too weak.</summary>
    public static readonly TlsProblem ServerCertificateWeak = new(
        "server-certificate-weak", "a key or a signature of the server's certificate is too weak",
        "{subject} has {weakness}; servers need RSA from 2048 bits or P-256, and SHA-256",
        "make a new key and issue the certificate again; if {subject} is an authority, make the authority again");

    /// <summary>A part of the server's certificate cannot be read, or is of no form that it may have.</summary>
    public static readonly TlsProblem ServerCertificateMalformed = new(
        "server-certificate-malformed", "the server's certificate is malformed",
        "{subject}: {fault}",
        "issue it again with another tool; openssl x509 -text -in FILE shows what is in it");

    /// <summary>The platform refuses the certificate for another reason.</summary>
    public static readonly TlsProblem ServerCertificateInvalid = new(
        "server-certificate-invalid", "the server's certificate cannot be verified",
        "{subject}, from {issuer}: {statuses}",
        "look at the chain: openssl s_client -connect HOST:PORT -servername NAME -showcerts");
}

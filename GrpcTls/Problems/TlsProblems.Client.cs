namespace GrpcTls;

// What is wrong with the client's certificate. The server sees it; the client can often work it out.
public static partial class TlsProblems
{
    /// <summary>The server asks for a certificate and the client shows none.</summary>
    public static readonly TlsProblem ClientCertificateMissing = new(
        "client-certificate-missing", "the server asks for a client certificate and none was shown",
        "it accepts certificates from {accepted}",
        "give the client a certificate chain and its private key, from an authority that the server accepts");

    /// <summary>The client's chain ends at an authority that the server does not trust.</summary>
    public static readonly TlsProblem ClientAuthorityUnknown = new(
        "client-authority-unknown", "the client's certificate comes from an authority that the server does not trust",
        "{subject} leads to {authority}; the server accepts {accepted}",
        "show a certificate from an accepted authority, or add the client's root to the roots that the server trusts");

    /// <summary>The server trusts an authority of the same name and another key.</summary>
    public static readonly TlsProblem ClientAuthorityRekeyed = new(
        "client-authority-rekeyed", "the server trusts an authority of the same name and another key",
        "{subject} was signed by {authority} with key {signed}; the trusted {authority} has key {trusted}",
        "the authority was made again: issue the client's certificate again from the new one")
    {
        Alias = "client-authority-twin",
    };

    /// <summary>The client sends its own certificate without what links it to a root.</summary>
    public static readonly TlsProblem ClientIntermediateMissing = new(
        "client-intermediate-missing", "the client does not send an intermediate certificate",
        "it sent {subject} alone; its issuer {issuer} is not among the accepted roots: {accepted}",
        "on the client, put the whole chain into the file of its certificate: the certificate first, then its intermediates");

    /// <summary>The client's certificate is signed by itself.</summary>
    public static readonly TlsProblem ClientSelfSigned = new(
        "client-self-signed", "the client's certificate is signed by itself",
        "{subject} is its own issuer; the server accepts {accepted}",
        "issue the client's certificate from an authority whose root the server trusts");

    /// <summary>The client's certificate, or one above it, has expired.</summary>
    public static readonly TlsProblem ClientCertificateExpired = new(
        "client-certificate-expired", "the client's certificate has expired",
        "{subject} was valid until {notAfter}; here it is {now}",
        "renew it; if the date here is wrong, set the clock");

    /// <summary>The client's certificate, or one above it, is not valid yet.</summary>
    public static readonly TlsProblem ClientCertificateNotYetValid = new(
        "client-certificate-not-yet-valid", "the client's certificate is not valid yet",
        "{subject} is valid from {notBefore}; here it is {now}",
        "compare the clocks of both machines; a certificate should be backdated by an hour when it is issued");

    /// <summary>The certificate is not for clients.</summary>
    public static readonly TlsProblem ClientCertificateUsage = new(
        "client-certificate-usage", "the client's certificate is not meant for clients",
        "{subject} is for {usages}; a client needs {needed}",
        "use the client's own certificate, not a server's, or issue it again for {needed}");

    /// <summary>A key or a signature in the client's chain is too weak.</summary>
    public static readonly TlsProblem ClientCertificateWeak = new(
        "client-certificate-weak", "a key or a signature of the client's certificate is too weak",
        "{subject} has {weakness}; clients need RSA from 2048 bits or P-256, and SHA-256",
        "make a new key and issue the certificate again; if {subject} is an authority, make the authority again");

    /// <summary>A part of the client's certificate cannot be read, or is of no form that it may have.</summary>
    public static readonly TlsProblem ClientCertificateMalformed = new(
        "client-certificate-malformed", "the client's certificate is malformed",
        "{subject}: {fault}",
        "issue it again with another tool; openssl x509 -text -in FILE shows what is in it");

    /// <summary>The platform refuses the client's certificate for another reason.</summary>
    public static readonly TlsProblem ClientCertificateInvalid = new(
        "client-certificate-invalid", "the client's certificate cannot be verified",
        "{subject}, from {issuer}: {statuses}",
        "look at the chain: openssl verify -purpose sslclient -CAfile ROOTS -untrusted CHAIN CHAIN");

    /// <summary>The server closed after the client's certificate, and everything that can be seen from here is right.</summary>
    public static readonly TlsProblem ClientCertificateRefused = new(
        "client-certificate-refused", "the server does not accept the client's certificate",
        "it asked for one from {accepted}, was shown {subject} from {issuer}, and {ending}",
        "read the server's log: only the server knows the reason");
}

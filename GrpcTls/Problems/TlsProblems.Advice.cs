namespace GrpcTls;

// What works today and should be fixed all the same.
public static partial class TlsProblems
{
    /// <summary>A certificate has little of its lifetime left.</summary>
    public static readonly TlsProblem ExpiresSoon = new(
        "expires-soon", "a certificate expires soon",
        "{subject} is valid until {notAfter}; {left} of its {lifetime} days are left",
        "renew it in time; a public certificate: certbot renew", Permanent: false);

    /// <summary>A certificate has expired or is not valid yet, and is used all the same.</summary>
    public static readonly TlsProblem NotValidNow = new(
        "not-valid-now", "a certificate is not valid at this time",
        "{subject} is valid from {notBefore} to {notAfter}; here it is {now}",
        "renew it; if the date here is wrong, set the clock");

    /// <summary>A server's certificate has no subject alternative name.</summary>
    public static readonly TlsProblem CertificateWithoutNames = new(
        "certificate-without-names", "a server's certificate carries no names",
        "{subject} has no subject alternative names; .NET, Go and browsers do not look at the common name",
        "issue it again with its DNS names or addresses as subject alternative names", Permanent: false);

    /// <summary>The names of the trusted roots do not fit into a handshake.</summary>
    public static readonly TlsProblem RootsNotAnnounced = new(
        "roots-not-announced", "the trusted roots are too many to be named to clients",
        "{count} roots have names of {bytes} bytes and a handshake has room for {limit}; clients are verified all the same, and told "
            + "no names",
        "trust fewer roots where clients have several certificates and choose by these names", Permanent: false);

    /// <summary>A key or a signature is weaker than today's minimum.</summary>
    public static readonly TlsProblem WeakKey = new(
        "weak-key", "a key or a signature is weak",
        "{subject} has {weakness}; NIST SP 800-57 asks for RSA from 2048 bits or P-256, and SHA-256",
        "make a new key, RSA from 2048 bits or P-256, and issue its certificate again, signed with SHA-256", Permanent: false);

    /// <summary>Others on this machine can read a private key, or the password that opens it.</summary>
    public static readonly TlsProblem KeyReadableByOthers = new(
        "key-readable-by-others", "others on this machine can read a private key or its password",
        "{path} ({setting}: {role}) has the mode {mode}",
        "chmod 600 '{path}'; and if others were on this machine, make a new key", Permanent: false);

    /// <summary>A certificate of the chain is not the issuer of the one before it.</summary>
    public static readonly TlsProblem ChainBroken = new(
        "chain-broken", "the certificate chain does not hang together",
        "{path} ({setting}): {subject} is signed by {issuer}, and the next certificate in the file is {next}",
        "put the certificates in order, each followed by its issuer, without strangers between", Permanent: false);
}

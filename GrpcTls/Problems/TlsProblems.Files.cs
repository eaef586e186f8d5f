namespace GrpcTls;

// What is wrong with a file, seen when it is loaded.
public static partial class TlsProblems
{
    /// <summary>A setting that the chosen port or credentials need is empty.</summary>
    public static readonly TlsProblem SettingMissing = new(
        "setting-missing", "a setting is missing",
        "{setting} is empty; it names {role}",
        "set {setting} to the file");

    /// <summary>Peers shall be verified and no roots are named.</summary>
    public static readonly TlsProblem RootsMissing = new(
        "roots-missing", "no authority is trusted",
        "{setting} is empty, so nobody could be trusted; it names {role}",
        "set {setting} to the file with the authority's root certificate");

    /// <summary>The file does not exist.</summary>
    public static readonly TlsProblem FileMissing = new(
        "file-missing", "a file is missing",
        "{path} does not exist ({setting}: {role})",
        "put the file there, or name the file that you have");

    /// <summary>The file exists and cannot be read.</summary>
    public static readonly TlsProblem FileUnreadable = new(
        "file-unreadable", "a file cannot be read",
        "{path} ({setting}: {role}): {reason}",
        "let the user {user} read it: chown {user} '{path}'; a private key stays chmod 600");

    /// <summary>The file is a pipe, a device or far too large, and was not read.</summary>
    public static readonly TlsProblem FileRefused = new(
        "file-refused", "a file is not read, because of what it is",
        "{path} ({setting}: {role}) is {kind}",
        "set {setting} to a regular file of at most {most}; a pipe could be waited for without end, and a larger file could fill the "
            + "memory");

    /// <summary>Others on this machine can write a file that decides who is who.</summary>
    public static readonly TlsProblem FileWritableByOthers = new(
        "file-writable-by-others", "others on this machine can write a file that has to be trusted",
        "{path} ({setting}: {role}) has the mode {mode}",
        "chmod go-w '{path}'; look first at what it holds: others may have changed it");

    /// <summary>The file has no PEM block at all.</summary>
    public static readonly TlsProblem NotPem = new(
        "not-pem", "a file is not PEM",
        "{path} ({setting}: {role}) has no line that begins with -----BEGIN; it {looks}",
        "set {setting} to a PEM file, or convert this one: openssl x509 -inform DER -in '{path}' for a certificate, openssl pkcs12 -in "
            + "'{path}' -nodes for a .pfx");

    /// <summary>The file has PEM blocks, none of which is a certificate.</summary>
    public static readonly TlsProblem NoCertificates = new(
        "no-certificates", "a file holds no certificate",
        "{path} ({setting}: {role}) holds {found} and no CERTIFICATE",
        "set {setting} to the certificate file; a certificate and its key may have been swapped");

    /// <summary>A certificate block is cut, glued to the next or otherwise not parsable.</summary>
    public static readonly TlsProblem CertificateMalformed = new(
        "certificate-malformed", "a certificate in a file is damaged",
        "{path} ({setting}: {role}) begins {begun} CERTIFICATE blocks, of which {good} can be read",
        "look for a cut end, or for -----END CERTIFICATE----------BEGIN CERTIFICATE----- in one line and put a line break between; "
            + "then copy the file again");

    /// <summary>A certificate has a part that cannot be read or used: its key, a date, a usage.</summary>
    public static readonly TlsProblem CertificateUnusable = new(
        "certificate-unusable", "a certificate in a file cannot be used",
        "{path} ({setting}: {role}), certificate number {number}: {reason}",
        "look at it: openssl x509 -in '{path}' -noout -text; then copy the file again, or have the certificate issued again");

    /// <summary>The key's file has no private key.</summary>
    public static readonly TlsProblem KeyMissing = new(
        "key-missing", "a file holds no private key",
        "{path} ({setting}: {role}) holds {found} and no PRIVATE KEY",
        "set {setting} to the key file; a certificate and its key may have been swapped");

    /// <summary>The private key's block cannot be parsed.</summary>
    public static readonly TlsProblem KeyMalformed = new(
        "key-malformed", "a private key cannot be read",
        "{path} ({setting}: {role}) has a {label} block that is cut, damaged or of an unknown kind",
        "look at it: openssl pkey -in '{path}' -noout; then copy it again, or make a new key and certificate");

    /// <summary>The private key belongs to another certificate.</summary>
    public static readonly TlsProblem KeyMismatch = new(
        "key-mismatch", "the private key belongs to another certificate",
        "{path} ({setting}) holds {key}, the certificate {subject} in {chain} needs {needed}",
        "set {setting} to the key that was made with this certificate, or issue both again");

    /// <summary>The private key is encrypted and there is no password for it.</summary>
    public static readonly TlsProblem KeyEncrypted = new(
        "key-encrypted", "the private key is encrypted and no password is given",
        "{path} ({setting}) is an ENCRYPTED PRIVATE KEY; {passwordSetting} is empty",
        "set {passwordSetting} to a file that holds the password, or decrypt the key: openssl pkey -in '{path}'");

    /// <summary>The password does not open the private key.</summary>
    public static readonly TlsProblem KeyPasswordWrong = new(
        "key-password-wrong", "the password does not open the private key",
        "{path} ({setting}) could not be decrypted with the password in {passwordPath} ({passwordSetting})",
        "try it: openssl pkey -in '{path}' -passin 'file:{passwordPath}' -noout; only the password's first line counts");

    /// <summary>The key is encrypted in OpenSSL's traditional way, which .NET does not read.</summary>
    public static readonly TlsProblem KeyLegacyEncryption = new(
        "key-legacy-encryption", "the private key is encrypted in an outdated way",
        "{path} ({setting}) says Proc-Type: 4,ENCRYPTED, OpenSSL's traditional encryption, which .NET does not read",
        "convert it to PKCS#8: openssl pkcs8 -topk8 -in '{path}' -out new_key.pem");

    /// <summary>The certificate's key is of a kind that TLS in .NET cannot use.</summary>
    public static readonly TlsProblem KeyAlgorithmUnsupported = new(
        "key-algorithm-unsupported", "the certificate's kind of key cannot be used",
        "{subject} in {chain} has a key of algorithm {algorithm}; .NET's TLS takes RSA and ECDSA",
        "issue it with an ECDSA P-256 or RSA key");

    /// <summary>The certificate that belongs to the key is not the first of the chain.</summary>
    public static readonly TlsProblem ChainOrder = new(
        "chain-order", "the certificate chain is in the wrong order",
        "{path} ({setting}) begins with {first}; the private key belongs to certificate number {position}, {subject}",
        "put the certificate of the key first, then its issuer, and so on: cat leaf.pem intermediate.pem > chain.pem");
}

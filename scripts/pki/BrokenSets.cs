using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>Every set that can be made broken. A person tries the failure with it, and a test does the same.</summary>
public static class BrokenSets
{
    private static readonly LeafProfile Server = LeafProfile.Server();
    private static readonly LeafProfile Client = LeafProfile.Client();

    public static IReadOnlyList<BrokenSet> All { get; } =
    [
        new("server-name-mismatch", ReportedBy.Call, "the server's certificate is for greeter.example.com alone",
            files => files.IssueServer(LeafProfile.Server("greeter.example.com"))),
        new("server-certificate-expired", ReportedBy.Call, "the server's certificate ended yesterday",
            files => files.IssueServer(Past(Server, files))),
        new("server-certificate-not-yet-valid", ReportedBy.Call, "the server's certificate begins tomorrow",
            files => files.IssueServer(Server with { NotBefore = files.Now.AddDays(1) })),
        new("server-intermediate-missing", ReportedBy.Call, "server_cert.pem lacks the issuing certificate",
            files => files.ServerCert = First(files.ServerCert)),
        new("server-authority-unknown", ReportedBy.Call, "server_ca.pem is the root of somebody else",
            files => files.ServerCa = Other("another authority", files).RootsPem),
        new("server-authority-rekeyed", ReportedBy.Call, "server_ca.pem is a root of the same name and another key",
            files => files.ServerCa = Rekeyed(files.ServerAuthority, files).RootsPem),
        new("server-self-signed", ReportedBy.Call, "the server's certificate is signed by itself",
            files => (files.ServerCert, files.ServerKey) = SelfSigned("localhost", files)),
        new("client-certificate-expired", ReportedBy.Call, "the client's certificate ended yesterday",
            files => files.IssueClient(Past(Client, files))),
        new("client-certificate-not-yet-valid", ReportedBy.Call, "the client's certificate begins tomorrow",
            files => files.IssueClient(Client with { NotBefore = files.Now.AddDays(1) })),
        new("client-intermediate-missing", ReportedBy.Call, "client_cert.pem lacks the issuing certificate",
            files => files.ClientCert = First(files.ClientCert)),
        new("client-authority-unknown", ReportedBy.Call, "client_ca.pem is the root of somebody else",
            files => files.ClientCa = Other("another authority", files).RootsPem),
        new("client-authority-rekeyed", ReportedBy.ServerLog, "client_ca.pem is a root of the same name and another key",
            files => files.ClientCa = Rekeyed(files.ClientAuthority, files).RootsPem),
        new("client-self-signed", ReportedBy.Call, "the client's certificate is signed by itself",
            files => (files.ClientCert, files.ClientKey) = SelfSigned("greeter-client", files)),
        new("server-certificate-usage", ReportedBy.ServerStart, "the server's certificate is for clients",
            files => files.IssueServer(Server with { ServerAuth = false, ClientAuth = true })),
        new("client-certificate-usage", ReportedBy.ClientStart, "the client's certificate is for servers",
            files => files.IssueClient(Client with { ClientAuth = false, ServerAuth = true })),
        new("trusts-only-intermediate", ReportedBy.ClientStart, "server_ca.pem is the issuing certificate, not the root",
            files => files.ServerCa = Pem(files.ServerAuthority.Issuing)),
        new("trusts-leaf", ReportedBy.ClientStart, "server_ca.pem is the server's own certificate",
            files => files.ServerCa = First(files.ServerCert)),
        new("key-mismatch", ReportedBy.ServerStart, "server_key.pem is the client's key",
            files => files.ServerKey = files.ClientKey),
        new("key-missing", ReportedBy.ServerStart, "server_key.pem holds the certificate",
            files => files.ServerKey = files.ServerCert),
        new("key-malformed", ReportedBy.ServerStart, "server_key.pem is damaged",
            files => files.ServerKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        new("key-encrypted", ReportedBy.ServerStart, "server_key.pem is encrypted (the password is 'secret')",
            files => files.ServerKey = Encrypted(files.ServerCert, files.ServerKey)),
        new("chain-order", ReportedBy.ServerStart, "server_cert.pem begins with the issuing certificate",
            files => files.ServerCert = Pem(files.ServerAuthority.Issuing) + First(files.ServerCert)),
        new("no-certificates", ReportedBy.ServerStart, "server_cert.pem holds the key",
            files => files.ServerCert = files.ServerKey),
        new("certificate-malformed", ReportedBy.ServerStart, "server_cert.pem lacks the line break between its certificates",
            files => files.ServerCert = files.ServerCert.Replace("-----\n-----", "----------", StringComparison.Ordinal)),
        new("not-pem", ReportedBy.ClientStart, "server_ca.pem is DER, which is binary",
            files => files.ServerCa = "0\u0001\u0002 this stands for bytes\n"),
        new("expires-soon", ReportedBy.FilesCheck, "the server's certificate ends in five days",
            files => files.IssueServer(Server with { NotBefore = files.Now.AddDays(-25), NotAfter = files.Now.AddDays(5) })),
        new("not-valid-now", ReportedBy.FilesCheck, "the server's certificate ended yesterday",
            files => files.IssueServer(Past(Server, files))),
        new("certificate-without-names", ReportedBy.FilesCheck, "the server's certificate has a common name and no other",
            files => files.IssueServer(new LeafProfile { CommonName = "localhost", ServerAuth = true })),
        new("weak-key", ReportedBy.FilesCheck, "the server's key is RSA with 1024 bits",
            files => files.IssueServer(Server with { Key = KeyKind.Rsa, RsaBits = 1024 })),
        new("chain-broken", ReportedBy.FilesCheck, "server_cert.pem goes on with somebody else's issuing certificate",
            files => files.ServerCert = First(files.ServerCert) + Pem(Other("another authority", files).Issuing)),
        new("key-readable-by-others", ReportedBy.FilesCheck, "everybody on this machine can read server_key.pem",
            files => files.IsServerKeyOpen = true),
    ];

    private static LeafProfile Past(LeafProfile profile, CertificateFiles files) =>
        profile with { NotBefore = files.Now.AddDays(-31), NotAfter = files.Now.AddDays(-1) };

    private static Authority Other(string name, CertificateFiles files) => Authority.Create(name, KeyKind.Ec, files.Now);

    // "Greeter NAME root" is the name that Authority.Create gives.
    private static Authority Rekeyed(Authority authority, CertificateFiles files) =>
        Other(authority.Root.GetNameInfo(X509NameType.SimpleName, forIssuer: false).Split(' ')[1], files);

    private static string First(string chain) => Pem(CertificatePem.All(chain)[0]);

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static (string Certificate, string Key) SelfSigned(string commonName, CertificateFiles files)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(files.Now - LeafProfile.Backdating, files.Now.AddDays(30));
        return (Pem(certificate), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static string Encrypted(string chain, string key)
    {
        using var certificate = CertificatePem.WithKey(chain, key);
        using var pair = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()!;
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 100_000);
        return pair.ExportEncryptedPkcs8PrivateKeyPem("secret", encryption) + "\n";
    }
}

/// <summary>A set of the six files in which exactly one thing is wrong.</summary>
/// <param name="Name">The id of the problem that it causes, as in docs/failures.md.</param>
/// <param name="ReportedBy">Who reports it.</param>
/// <param name="Description">What is wrong, in a few words.</param>
/// <param name="Apply">Puts the fault into good files.</param>
public sealed record BrokenSet(string Name, ReportedBy ReportedBy, string Description, Action<CertificateFiles> Apply);

/// <summary>Who reports the problem of a broken set first.</summary>
public enum ReportedBy
{
    /// <summary>The client, when it calls.</summary>
    Call,

    /// <summary>The server's log, when the client calls.</summary>
    ServerLog,

    /// <summary>The server, which does not start.</summary>
    ServerStart,

    /// <summary>The client, before it calls.</summary>
    ClientStart,

    /// <summary>Only <c>doctor --files</c>: it works for now.</summary>
    FilesCheck,
}

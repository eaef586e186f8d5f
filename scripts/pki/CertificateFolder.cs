using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Pki;

/// <summary>The three files that a server or a client holds: its chain, its key, and the roots of the other side.</summary>
public sealed record CertificateFolder(string Folder, string Certificate, string Key, string Roots)
{
    public FileSet Files => new(Roots, Key, Certificate);

    public static CertificateFolder Server(string folder) => Of(folder, "server_cert.pem", "server_key.pem", "client_ca.pem");

    public static CertificateFolder Client(string folder) => Of(folder, "client_cert.pem", "client_key.pem", "server_ca.pem");

    /// <exception cref="CryptographicException">The file holds no certificate.</exception>
    public X509Certificate2 ReadLeaf() => CertificatePem.All(File.ReadAllText(Certificate))[0];

    /// <summary>What does not fit among the three files and the two authorities, or null.</summary>
    public string? FindFault(Authority issuer, Authority trusted)
    {
        try
        {
            var chain = CertificatePem.All(File.ReadAllText(Certificate));
            using var pair = CertificatePem.WithKey(File.ReadAllText(Certificate), File.ReadAllText(Key));
            if (!TrustPath.Exists(pair, chain, issuer.Root))
                return $"{Certificate} does not lead to {issuer.Root.Subject}";
        }
        catch (CryptographicException e)
        {
            return $"{Certificate} and {Key} are not a certificate and its key: {e.Message}";
        }

        return Trusts(trusted) ? null : $"{Roots} lacks {trusted.Root.Subject}";
    }

    /// <summary>
    /// The key goes first and the chain right after it: whoever reads in between sees two files that do not fit, and reads again.
    /// </summary>
    public void Stage(StagedFiles files, IssuedCertificate issued, Authority trusted)
    {
        files.AddPrivateFolder(Folder);
        // Roots that someone has added, for example while moving from one authority to the next, stay.
        if (!Trusts(trusted))
            files.AddPublic(Roots, trusted.RootsPem);
        files.AddSecret(Key, issued.KeyPem);
        files.AddPublic(Certificate, issued.ChainPem);
    }

    private static CertificateFolder Of(string folder, string certificate, string key, string roots) =>
        new(folder, Path.Combine(folder, certificate), Path.Combine(folder, key), Path.Combine(folder, roots));

    private bool Trusts(Authority trusted)
    {
        try
        {
            return File.Exists(Roots) && CertificatePem.All(File.ReadAllText(Roots)).Contains(trusted.Root);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

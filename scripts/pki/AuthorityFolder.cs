namespace Greeter.Pki;

/// <summary>Where an authority keeps its certificates and keys. Neither a server nor a client ever reads here.</summary>
public sealed record AuthorityFolder(string Path)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public string RootCertificate => File("root_cert.pem");

    public string RootKey => File("root_key.pem");

    public string IssuingCertificate => File("issuing_cert.pem");

    public string IssuingKey => File("issuing_key.pem");

    /// <summary>The root's key has signed all that it ever will: it may lie in a safe.</summary>
    public FileSet Files => new(RootKey, RootCertificate, IssuingKey, IssuingCertificate) { Elsewhere = RootKey };

    /// <summary>Reads what signing takes; the root's key is not looked at.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The three files are not one authority.</exception>
    public Authority Read() => Authority.FromPem(Text(RootCertificate), Text(IssuingCertificate), Text(IssuingKey));

    /// <summary>Only for an authority that was made just now: some platforms do not export keys that were loaded.</summary>
    public void Stage(StagedFiles files, Authority authority)
    {
        using var rootKey = SigningKey.Of(authority.Root);
        using var issuingKey = SigningKey.Of(authority.Issuing);
        files.AddPrivateFolder(Path);
        files.AddSecret(RootKey, rootKey.ToPem());
        files.AddPublic(RootCertificate, authority.RootsPem);
        files.AddSecret(IssuingKey, issuingKey.ToPem());
        files.AddPublic(IssuingCertificate, authority.Issuing.ExportCertificatePem() + "\n");
    }

    private static string Text(string path) => System.IO.File.ReadAllText(path);

    private string File(string name) => System.IO.Path.Combine(Path, name);
}

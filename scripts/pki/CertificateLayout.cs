namespace Greeter.Pki;

/// <summary>Who holds what: the one place that knows the folders below <c>certs</c>.</summary>
public sealed record CertificateLayout(string Folder)
{
    public AuthorityFolder ServerAuthority => new(Below("server_ca"));

    public AuthorityFolder ClientAuthority => new(Below("client_ca"));

    /// <summary>One authority in both roles, in place of the two.</summary>
    public AuthorityFolder SharedAuthority => new(Below("ca"));

    public IReadOnlyList<AuthorityFolder> Authorities => [ServerAuthority, ClientAuthority, SharedAuthority];

    public CertificateFolder Server => CertificateFolder.Server(Below("server"));

    public CertificateFolder Client => CertificateFolder.Client(Below("client"));

    /// <summary>Whose certificates were taken back; absent until the first is.</summary>
    public string ClientRevocationList => Path.Combine(Below("server"), "client_ca.crl");

    /// <summary>The names of the further clients that are there.</summary>
    public IReadOnlyList<string> ClientNames => Directory.Exists(Below("clients"))
        ? [.. new DirectoryInfo(Below("clients")).GetDirectories().Select(folder => folder.Name)
            .Where(name => !NamedClient(name).Files.IsAbsent).Order(StringComparer.Ordinal)]
        : [];

    public IReadOnlyList<CertificateFolder> Holders => [Server, Client, .. ClientNames.Select(NamedClient)];

    /// <summary>Every path that this program may write or remove; anything else below the folder is someone else's.</summary>
    public IReadOnlyList<string> AllFiles =>
    [
        .. Authorities.SelectMany(authority => authority.Files.Paths), .. Holders.SelectMany(holder => holder.Files.Paths),
        ClientRevocationList,
    ];

    public CertificateFolder NamedClient(string name) => CertificateFolder.Client(Path.Combine(Below("clients"), name));

    private string Below(string name) => Path.Combine(Folder, name);
}

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

/// <summary>Files of which either all are there or none.</summary>
public sealed record FileSet(params IReadOnlyList<string> Paths)
{
    /// <summary>The one of them that may be kept elsewhere once the set is made; null for none.</summary>
    public string? Elsewhere { get; init; }

    public IReadOnlyList<string> Missing => [.. Paths.Where(path => path != Elsewhere && !Exists(path))];

    public bool IsAbsent => !Paths.Any(Exists);

    public bool IsComplete => Missing.Count == 0;

    public bool IsPartial => !IsAbsent && !IsComplete;

    // File.Exists answers "no" to whoever may not look into the folder; an authority is not to be given up for that.
    private static bool Exists(string path)
    {
        try
        {
            return !File.GetAttributes(path).HasFlag(FileAttributes.Directory);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}

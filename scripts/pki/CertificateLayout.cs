namespace Greeter.Pki;

/// <summary>Who holds what: the one place that knows the folders below <c>certs</c>.</summary>
public sealed record CertificateLayout(string Folder)
{
    public AuthorityFolder ServerAuthority => new(Below("server_ca"));

    public AuthorityFolder ClientAuthority => new(Below("client_ca"));

    /// <summary>One authority in both roles, in place of the two.</summary>
    public AuthorityFolder SharedAuthority => new(Below("ca"));

    public IReadOnlyList<AuthorityFolder> Authorities => [ServerAuthority, ClientAuthority, SharedAuthority];

    public HolderFolder Server => HolderFolder.Server(Below("server"));

    public HolderFolder Client => HolderFolder.Client(Below("client"));

    /// <summary>Whose certificates were taken back; absent until the first is.</summary>
    public string ClientRevocationList => Path.Combine(Below("server"), "client_ca.crl");

    /// <summary>The names of the further clients that are there.</summary>
    public IReadOnlyList<string> ClientNames => Directory.Exists(Below("clients"))
        ? [.. new DirectoryInfo(Below("clients")).GetDirectories().Select(folder => folder.Name)
            .Where(name => !NamedClient(name).Files.IsAbsent).Order(StringComparer.Ordinal)]
        : [];

    public IReadOnlyList<HolderFolder> Holders => [Server, Client, .. ClientNames.Select(NamedClient)];

    /// <summary>Every path that this program may write or remove; anything else below the folder is someone else's.</summary>
    public IReadOnlyList<string> AllFiles =>
        [.. Authorities.SelectMany(authority => authority.Files.Paths), .. Holders.SelectMany(holder => holder.Files.Paths), ClientRevocationList];

    public HolderFolder NamedClient(string name) => HolderFolder.Client(Path.Combine(Below("clients"), name));

    private string Below(string name) => Path.Combine(Folder, name);
}

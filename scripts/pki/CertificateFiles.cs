namespace Greeter.Pki;

/// <summary>
/// The six files of a server and its client as texts, all good to begin with. A class and not a record: a record would
/// print the keys.
/// </summary>
public sealed class CertificateFiles
{
    public CertificateFiles(Authority serverAuthority, Authority clientAuthority, DateTimeOffset now)
    {
        (ServerAuthority, ClientAuthority, Now) = (serverAuthority, clientAuthority, now);
        (ServerCa, ClientCa) = (serverAuthority.RootsPem, clientAuthority.RootsPem);
        (ServerCert, ServerKey, ClientCert, ClientKey) = ("", "", "", "");
        IssueServer(LeafProfile.Server());
        IssueClient(LeafProfile.Client());
    }

    public Authority ServerAuthority { get; }

    public Authority ClientAuthority { get; }

    public DateTimeOffset Now { get; }

    public string ServerCert { get; set; }

    public string ServerKey { get; set; }

    public string ClientCa { get; set; }

    public string ClientCert { get; set; }

    public string ClientKey { get; set; }

    public string ServerCa { get; set; }

    /// <summary>Whether the server's key is put where others can read it.</summary>
    public bool IsServerKeyOpen { get; set; }

    public void IssueServer(LeafProfile profile) => (ServerCert, ServerKey) = Issue(ServerAuthority, profile);

    public void IssueClient(LeafProfile profile) => (ClientCert, ClientKey) = Issue(ClientAuthority, profile);

    /// <summary>Puts the files into a folder, keys readable by their owner alone.</summary>
    public void Write(string folder)
    {
        using var files = new StagedFiles();
        files.AddPrivateFolder(folder);
        Add("server_cert.pem", ServerCert, isPublic: true);
        Add("server_key.pem", ServerKey, isPublic: IsServerKeyOpen);
        Add("client_ca.pem", ClientCa, isPublic: true);
        Add("client_cert.pem", ClientCert, isPublic: true);
        Add("client_key.pem", ClientKey, isPublic: false);
        Add("server_ca.pem", ServerCa, isPublic: true);
        files.Commit();

        void Add(string name, string text, bool isPublic)
        {
            if (isPublic)
                files.AddPublic(Path.Combine(folder, name), text);
            else
                files.AddSecret(Path.Combine(folder, name), text);
        }
    }

    public override string ToString() => "six files";

    private (string Chain, string Key) Issue(Authority authority, LeafProfile profile)
    {
        // The kind of the authority's keys, unless the profile wants to be weak.
        using var issuingKey = SigningKey.Of(authority.Issuing);
        using var issued = authority.Issue(profile with { Key = profile.Key == KeyKind.Rsa ? KeyKind.Rsa : issuingKey.Kind }, Now);
        return (issued.ChainPem, issued.KeyPem);
    }
}

using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;

namespace Greeter.Certs;

/// <summary>One certificate in the answer: read back from its file, so that the answer is about what is there.</summary>
internal sealed record CertsReportLine(string Folder, string Names, DateTimeOffset Until, bool IsNew)
{
    public static CertsReportLine Of(OpenAuthority authority) => new(
        authority.Folder.Path,
        authority.Authority.Root.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
        authority.Authority.Issuing.NotAfter,
        authority.IsNew);

    public static CertsReportLine Of(Holding holding, bool isNew)
    {
        using var leaf = holding.Folder.ReadLeaf();
        var names = holding.Profile.Uris.Count > 0 ? string.Join(", ", holding.Profile.Uris) : string.Join(", ", ServerName.Of(leaf));
        return new CertsReportLine(holding.Folder.Folder, names, leaf.NotAfter, isNew);
    }
}

using System.Security.Cryptography;
using Greeter.Pki;

namespace Greeter.Certs;

/// <summary>One server or client of the set: its folder, what its certificate shall say, who signs it and whom it trusts.</summary>
internal sealed record CertificateHolder(CertificateFolder Folder, LeafProfile Profile, LoadedAuthority Issuer, LoadedAuthority Trusted)
{
    /// <summary>Everyone in the set: the server, the client, the further clients that are there and those that are asked for.</summary>
    public static IReadOnlyList<CertificateHolder> All(CertsRequest request, AuthoritySet authorities)
    {
        var layout = request.Layout;
        var names = request.Force ? request.ClientNames : [.. layout.ClientNames.Union(request.ClientNames)];
        return
        [
            new CertificateHolder(layout.Server, LeafProfile.Server(NamesOfServer(request)), authorities.Server, authorities.Client),
            new CertificateHolder(layout.Client, LeafProfile.Client(), authorities.Client, authorities.Server),
            .. names.Select(name =>
                new CertificateHolder(layout.NamedClient(name), LeafProfile.Client(name), authorities.Client, authorities.Server)),
        ];
    }

    /// <summary>Whether a new certificate is due: on request, or because there is none.</summary>
    public bool IsDue(CertsRequest request) => request.Force || request.Renew || Folder.Files.IsAbsent;

    public IssuedCertificate Issue(CertsRequest request, DateTimeOffset now)
    {
        var until = new DateTimeOffset(Issuer.Authority.Issuing.NotAfter);
        if (until <= now)
            throw CertsProblems.AuthorityExpired(request, Issuer.Folder.Path, until);
        using var issuingKey = SigningKey.Of(Issuer.Authority.Issuing);
        var profile = Profile with { Key = request.Key ?? issuingKey.Kind };
        return Issuer.Authority.Issue(request.Lifetime is { } lifetime ? profile with { Lifetime = lifetime } : profile, now);
    }

    // The names that the server goes by were chosen once; renewing keeps them without anyone having to remember.
    private static IReadOnlyList<ServerName> NamesOfServer(CertsRequest request)
    {
        var existing = request.Force ? [] : ExistingNames(request.Layout.Server);
        return [.. (existing.Count > 0 ? existing : ServerName.Local).Union(request.ServerNames)];
    }

    private static IReadOnlyList<ServerName> ExistingNames(CertificateFolder folder)
    {
        try
        {
            using var leaf = File.Exists(folder.Certificate) ? folder.ReadLeaf() : null;
            return leaf is null ? [] : ServerName.Of(leaf);
        }
        catch (CryptographicException)
        {
            // Damaged: renewing replaces it, anything else reports it when the set is checked.
            return [];
        }
    }
}

using System.Security.Cryptography;
using Greeter.Pki;
using Greeter.Scripts;

namespace Greeter.Certs;

/// <summary>Who vouches for servers and who for clients: two authorities, or the same one twice.</summary>
internal sealed class AuthoritySet(LoadedAuthority server, LoadedAuthority client) : IDisposable
{
    public LoadedAuthority Server => server;

    public LoadedAuthority Client => client;

    public IReadOnlyList<LoadedAuthority> Each => server == client ? [server] : [server, client];

    /// <exception cref="Problem">The folder has some, and they cannot be used or are not what was asked for.</exception>
    public static AuthoritySet Open(CertsRequest request, DateTimeOffset now)
    {
        var layout = request.Layout;
        if (!request.Force)
            RefuseHalfSets(request);
        var isNew = request.Force || layout.Authorities.All(folder => folder.Files.IsAbsent);
        if (isNew ? request.SharedCa : layout.SharedAuthority.Files.IsComplete)
        {
            var shared = OpenOne(layout.SharedAuthority);
            return new AuthoritySet(shared, shared);
        }

        if (request.SharedCa)
            throw CertsProblems.SharedCaConflict(request);
        return new AuthoritySet(OpenOne(layout.ServerAuthority), OpenOne(layout.ClientAuthority));

        LoadedAuthority OpenOne(AuthorityFolder folder) => request.Force || folder.Files.IsAbsent
            ? LoadedAuthority.Create(folder, request.Key ?? default, now)
            : LoadedAuthority.Read(folder, request);
    }

    public void Dispose()
    {
        foreach (var authority in Each)
            authority.Dispose();
    }

    private static void RefuseHalfSets(CertsRequest request)
    {
        var layout = request.Layout;
        var missing = layout.Authorities.Where(folder => folder.Files.IsPartial).SelectMany(folder => folder.Files.Missing).ToList();
        if (missing.Count > 0)
            throw CertsProblems.AuthorityIncomplete(request, missing);

        var hasShared = layout.SharedAuthority.Files.IsComplete;
        AuthorityFolder[] separate = [layout.ServerAuthority, layout.ClientAuthority];
        if (hasShared && separate.FirstOrDefault(folder => folder.Files.IsComplete) is { } other)
            throw CertsProblems.AuthoritiesMixed(request, layout.SharedAuthority.Path, other.Path);

        // With no certificate yet, an absent authority is one that an interrupted run did not get to: it is made now.
        var absent = separate.Where(folder => folder.Files.IsAbsent).Select(folder => folder.Path).ToList();
        if (!hasShared && absent.Count > 0 && layout.Holders.FirstOrDefault(holder => !holder.Files.IsAbsent) is { } signed)
            throw CertsProblems.AuthorityMissing(request, string.Join(", ", absent), signed.Folder);
    }
}

/// <summary>An authority at hand for signing, and whether its folder has yet to be written.</summary>
internal sealed record LoadedAuthority(AuthorityFolder Folder, Authority Authority, bool IsNew) : IDisposable
{
    public static LoadedAuthority Create(AuthorityFolder folder, KeyKind key, DateTimeOffset now) =>
        new(folder, Authority.Create(folder.Name, key, now), IsNew: true);

    public static LoadedAuthority Read(AuthorityFolder folder, CertsRequest request)
    {
        try
        {
            return new LoadedAuthority(folder, folder.Read(), IsNew: false);
        }
        catch (CryptographicException e)
        {
            throw CertsProblems.AuthorityDamaged(request, folder.Path, e);
        }
    }

    public void Dispose() => Authority.Dispose();
}

using Greeter.Pki;

namespace Greeter.Certs;

/// <summary>Who vouches for servers and who for clients: two authorities, or the same one twice.</summary>
internal sealed class OpenAuthorities(OpenAuthority server, OpenAuthority client) : IDisposable
{
    public OpenAuthority Server => server;

    public OpenAuthority Client => client;

    public IReadOnlyList<OpenAuthority> Each => server == client ? [server] : [server, client];

    /// <exception cref="CertsProblem">The folder has some, and they cannot be used or are not what was asked for.</exception>
    public static OpenAuthorities Open(CertsRequest request, DateTimeOffset now)
    {
        var layout = request.Layout;
        if (!request.Force)
            RefuseHalfSets(request);
        var isNew = request.Force || layout.Authorities.All(folder => folder.Files.IsAbsent);
        if (isNew ? request.SharedCa : layout.SharedAuthority.Files.IsComplete)
        {
            var shared = OpenOne(layout.SharedAuthority);
            return new OpenAuthorities(shared, shared);
        }

        if (request.SharedCa)
            throw CertsProblems.SharedCaConflict(request);
        return new OpenAuthorities(OpenOne(layout.ServerAuthority), OpenOne(layout.ClientAuthority));

        OpenAuthority OpenOne(AuthorityFolder folder) => request.Force || folder.Files.IsAbsent
            ? OpenAuthority.Create(folder, request.Key ?? default, now)
            : OpenAuthority.Read(folder, request);
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

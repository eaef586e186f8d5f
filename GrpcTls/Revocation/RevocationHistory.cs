namespace GrpcTls;

/// <summary>
/// The newest list of each authority that this process has used: whoever puts an older one back would let in those who
/// were revoked since. A restart forgets it.
/// </summary>
internal sealed class RevocationHistory
{
    private readonly List<RevocationList> _newest = [];

    /// <summary>Remembers what is used from now on. A list from the future could never be followed by another one.</summary>
    public void Use(TlsRevocation? revocation, DateTimeOffset now)
    {
        foreach (var list in revocation?.Lists ?? [])
        {
            if (list.ThisUpdate > now + TlsRevocation.ClockSkew || Newest(list) is { } known && list.IsOlderThan(known))
                continue;
            _newest.RemoveAll(list.IsOfSameAuthority);
            _newest.Add(list);
        }
    }

    /// <summary>The problem of lists the newest of which is older than one that was in use; null for none.</summary>
    public TlsProblem? Check(TlsRevocation? revocation) => (revocation?.Lists ?? [])
        .GroupBy(list => Newest(list))
        .Where(group => group.Key is not null && group.All(list => list.IsOlderThan(group.Key)))
        .Select(group => Older(group.MaxBy(list => list.ThisUpdate)!, group.Key!))
        .FirstOrDefault();

    private static TlsProblem Older(RevocationList list, RevocationList used) => list.File.About(TlsProblems.RevocationListOlder).With(
        ("thisUpdate", list.ThisUpdate), ("number", list.Number), ("usedUpdate", used.ThisUpdate), ("usedNumber", used.Number));

    private RevocationList? Newest(RevocationList list) => _newest.Find(list.IsOfSameAuthority);
}

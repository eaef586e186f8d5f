using System.Collections.Frozen;

namespace GrpcTls.AspNetCore;

/// <summary>Who may call one method. A look-up costs the same for one caller as for ten thousand.</summary>
internal sealed class AccessRule
{
    public const string Anyone = "anyone";
    public const string Authenticated = "authenticated";

    private const string Spiffe = "spiffe://";

    private readonly FrozenSet<string> _callers;

    // "spiffe://greeter.example/" for the rule spiffe://greeter.example/*
    private readonly FrozenSet<string> _folders;

    private AccessRule(IEnumerable<string> callers)
    {
        var names = callers.ToArray();
        AllowsAnyone = names.Contains(Anyone);
        AllowsAuthenticated = names.Contains(Authenticated);
        _callers = names.ToFrozenSet(StringComparer.Ordinal);
        _folders = names.Where(name => name.EndsWith("/*", StringComparison.Ordinal)).Select(name => name[..^1]).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Whether nobody needs to be proven.</summary>
    public bool AllowsAnyone { get; }

    private bool AllowsAuthenticated { get; }

    /// <summary>Reads a rule; null where it names nobody, or a caller in it is one that nobody can be: see <see cref="CallerPattern"/>.</summary>
    public static AccessRule? Parse(IEnumerable<string> callers)
    {
        var names = callers.Select(name => name.Trim()).ToArray();
        return names.Length > 0 && Array.TrueForAll(names, name => CallerPattern.Problem(name) is null) ? new AccessRule(names) : null;
    }

    public bool Allows(Caller? caller)
    {
        if (AllowsAnyone || caller is null)
            return AllowsAnyone;
        var name = caller.ToString();
        if (AllowsAuthenticated || _callers.Contains(name))
            return true;
        return caller.Kind == CallerKind.Spiffe && _folders.Count > 0 && IsInFolder(name);
    }

    // As many look-ups as the path has segments, however many rules there are.
    private bool IsInFolder(string name)
    {
        for (var end = name.LastIndexOf('/'); end >= Spiffe.Length; end = name.LastIndexOf('/', end - 1))
        {
            if (_folders.Contains(name[..(end + 1)]))
                return true;
        }

        return false;
    }
}

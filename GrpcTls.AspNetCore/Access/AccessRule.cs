using System.Collections.Frozen;
using System.Net;

namespace GrpcTls.AspNetCore;

/// <summary>Who may call one method. A look-up costs the same for one caller as for ten thousand.</summary>
internal sealed class AccessRule
{
    public const string Anyone = "anyone";
    public const string Authenticated = "authenticated";

    private const string Spiffe = "spiffe://";

    private readonly FrozenSet<string> _callers;

    // "spiffe://orders.example/" for the rule spiffe://orders.example/*
    private readonly FrozenSet<string> _folders;

    private AccessRule(IEnumerable<string> callers)
    {
        var names = callers.ToArray();
        AllowsAnyone = names.Contains(Anyone);
        AllowsAuthenticated = names.Contains(Authenticated);
        _callers = names.ToFrozenSet(StringComparer.Ordinal);
        _folders = names.Where(name => name.EndsWith("/*", StringComparison.Ordinal)).Select(name => name[..^1])
            .ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Whether nobody needs to be proven.</summary>
    public bool AllowsAnyone { get; }

    private bool AllowsAuthenticated { get; }

    /// <summary>Reads a rule; null where it names nobody, or somebody that nobody can be: see <see cref="CallerPattern"/>.</summary>
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

/// <summary>What a rule may name: only what a caller can be. A name that nobody can have looks like a rule, and is none.</summary>
internal static class CallerPattern
{
    private const string Spiffe = "spiffe://";
    private const string Dns = "dns:";
    private const string AnyPath = "/*";

    // RFC 1035, section 2.3.4.
    private const int LongestDnsName = 253;

    private static readonly string[] Kinds = [Spiffe, Dns, "cn:", "user:"];

    /// <summary>Why nobody can ever have this name, and the nearest that somebody can; null where it is good.</summary>
    public static (string Reason, string? Nearest)? Problem(string name)
    {
        if (Reason(name) is not { } reason)
            return null;
        var nearest = Nearest(name);
        return (reason, nearest != name && Reason(nearest) is null ? nearest : null);
    }

    private static string? Reason(string name)
    {
        if (name is AccessRule.Anyone or AccessRule.Authenticated)
            return null;
        if (Array.Find(Kinds, kind => name.StartsWith(kind, StringComparison.Ordinal)) is not { } known)
            return "what comes first says the kind of name, in lower case";
        var rest = name[known.Length..];
        if (rest.Length == 0)
            return "there is no name after the kind";
        if (known == Spiffe)
            return SpiffeReason(name, rest);
        if (rest.Contains('*', StringComparison.Ordinal))
            return $"only {Spiffe}DOMAIN{AnyPath} stands for many names";
        if (known == Dns)
            return DnsReason(rest);
        return known == "user:" && rest.Any(char.IsWhiteSpace) ? "no user's name has a space" : null;
    }

    private static string? SpiffeReason(string name, string rest)
    {
        if (CertificateCaller.IsSpiffeId(name.EndsWith(AnyPath, StringComparison.Ordinal) ? $"{name[..^1]}any" : name))
            return null;
        var (domain, path) = rest.Split('/', 2) is [var first, var more] ? (first, more) : (rest, "");
        if (domain.Length == 0 || domain.Contains('*', StringComparison.Ordinal))
            return "there is a trust domain, and no wildcard in it";
        if (domain.Any(char.IsAsciiLetterUpper))
            return "a trust domain is written in lower case";
        if (path.Length == 0)
            return "a trust domain alone is no caller's id";
        if (path.Split('/').Any(part => part.Length == 0))
            return "no part of a path is empty, not even the last";
        return path.Contains('*', StringComparison.Ordinal)
            ? $"the wildcard is the end, after a slash"
            : "a SPIFFE id has letters, digits, dots, dashes and underscores; no port, query, fragment, escapes, '.' or '..'";
    }

    private static string? DnsReason(string name)
    {
        if (name.Any(char.IsAsciiLetterUpper))
            return "DNS names are compared in lower case";
        if (IPAddress.TryParse(name, out _))
            return "nobody is known by an IP address";
        return name.Length <= LongestDnsName && name.Split('.').All(label => label.Length > 0)
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? null
            : "a DNS name has letters, digits, dashes and underscores between single dots";
    }

    // The same without what is wrong with it most often.
    private static string Nearest(string name)
    {
        foreach (var kind in Kinds.Where(kind => name.StartsWith(kind, StringComparison.OrdinalIgnoreCase)))
        {
            var rest = name[kind.Length..];
            if (kind == Dns)
                return kind + rest.ToLowerInvariant().TrimEnd('.');
            if (kind != Spiffe)
                return kind + rest;
            var parts = rest.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
                return kind;
            var path = parts.Length == 1 ? AnyPath : $"/{string.Join('/', parts[1..])}";
            return $"{kind}{parts[0].ToLowerInvariant()}{path}";
        }

        return name.ToLowerInvariant();
    }
}

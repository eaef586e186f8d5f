using System.Security.Claims;

namespace GrpcTls.AspNetCore;

/// <summary>Who is calling, by whichever way they proved it.</summary>
public sealed class Caller
{
    private readonly string _text;

    /// <summary>Names a caller.</summary>
    /// <param name="kind">By what they are known.</param>
    /// <param name="name">The name; a SPIFFE id with its scheme.</param>
    /// <param name="fingerprint">The SHA-256 of the certificate on the connection, in hex; null where there is none.</param>
    /// <param name="expiresAt">Until when the proof is good.</param>
    public Caller(CallerKind kind, string name, string? fingerprint, DateTimeOffset expiresAt)
    {
        (Kind, Name, Fingerprint, ExpiresAt) = (kind, name, fingerprint, expiresAt);
        _text = kind == CallerKind.Spiffe ? name : $"{kind.ToString().ToLowerInvariant()}:{name}";
        Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, _text)], authenticationType: kind.ToString()));
    }

    /// <summary>By what the caller is known.</summary>
    public CallerKind Kind { get; }

    /// <summary>The name without its kind; a SPIFFE id with its scheme.</summary>
    public string Name { get; }

    /// <summary>The SHA-256 of the certificate on the connection, in hex; null where there is none.</summary>
    public string? Fingerprint { get; }

    /// <summary>Until when the proof is good.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>What ASP.NET Core's authorization knows them as; made once for a connection, not for each call.</summary>
    public ClaimsPrincipal Principal { get; }

    /// <summary>As rules, logs and headers write it: <c>spiffe://…</c>, <c>dns:NAME</c>, <c>cn:NAME</c> or <c>user:NAME</c>.</summary>
    public override string ToString() => _text;
}

/// <summary>By what a caller is known. The kind is part of the name, so that a certificate's common name cannot pass for a user.</summary>
public enum CallerKind
{
    /// <summary>A SPIFFE id, from a certificate.</summary>
    Spiffe,

    /// <summary>A DNS name, from a certificate.</summary>
    Dns,

    /// <summary>A common name, from a certificate.</summary>
    Cn,

    /// <summary>A user who signed in.</summary>
    User,
}

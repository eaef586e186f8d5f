using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace Greeter.Server.Callers;

/// <summary>Makes the tokens that <see cref="CallerAuthentication"/> accepts.</summary>
internal sealed class TokenIssuer(IOptionsMonitor<BearerTokenOptions> options, SignInOptions settings, TimeProvider time)
{
    /// <summary>The fingerprint of the client certificate that a token belongs to, as RFC 8705's "x5t#S256".</summary>
    public const string CertificateClaim = "x5t#S256";

    /// <summary>A token for a user; where the connection has a certificate, useless without that.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Issue(string user, string? fingerprint)
    {
        var expiresAt = time.GetUtcNow() + settings.TokenLifetime;
        var claims = new List<Claim> { new(ClaimTypes.Name, user) };
        if (fingerprint is not null)
            claims.Add(new Claim(CertificateClaim, fingerprint));
        var identity = new ClaimsIdentity(claims, BearerTokenDefaults.AuthenticationScheme);
        var ticket = new AuthenticationTicket(
            new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = expiresAt }, $"{BearerTokenDefaults.AuthenticationScheme}:AccessToken");
        return (options.Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenProtector.Protect(ticket), expiresAt);
    }
}

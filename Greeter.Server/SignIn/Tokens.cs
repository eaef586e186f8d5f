using System.Security.Claims;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace Greeter.Server;

/// <summary>Makes the tokens that <see cref="CallerAuthentication"/> accepts.</summary>
internal sealed class TokenIssuer(IOptionsMonitor<BearerTokenOptions> options, SignInOptions settings, TimeProvider time)
{
    /// <summary>A token for a user; where the connection has a certificate, useless without that.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Issue(string user, string? fingerprint)
    {
        var expiresAt = time.GetUtcNow() + settings.TokenLifetime;
        var claims = new List<Claim> { new(ClaimTypes.Name, user) };
        if (fingerprint is not null)
            claims.Add(new Claim(CallerAuthentication.CertificateClaim, fingerprint));
        var identity = new ClaimsIdentity(claims, BearerTokenDefaults.AuthenticationScheme);
        var ticket = new AuthenticationTicket(
            new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = expiresAt }, $"{BearerTokenDefaults.AuthenticationScheme}:AccessToken");
        return (options.Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenProtector.Protect(ticket), expiresAt);
    }
}

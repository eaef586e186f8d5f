using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Finds out who is calling: the user of a token where the call has one, else the connection's certificate. Only what the
/// handshake or the token's protection has verified counts; no other header names anybody.
/// </summary>
internal sealed class CallerAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Caller";

    /// <summary>The fingerprint of the client certificate that a token belongs to, as RFC 8705's "x5t#S256".</summary>
    public const string CertificateClaim = "x5t#S256";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var certificate = Context.GetCaller();
        if (Request.Headers.Authorization.Count == 0)
            return certificate is null ? AuthenticateResult.NoResult() : Success(certificate);
        if (Context.Features.Get<ServerPort>() is not { IsTls: true })
            return Refuse("a token counts only over TLS: use the tls or the mtls port");

        // A token that is no good is no reason to fall back on the certificate: whoever sent it meant to be that user.
        var token = await Context.AuthenticateAsync(BearerTokenDefaults.AuthenticationScheme);
        if (token is not { Succeeded: true, Principal.Identity.Name: { } user })
            return Refuse("the token is not valid or has expired: sign in again");
        if (token.Principal.FindFirst(CertificateClaim)?.Value is { } bound && bound != Context.GetCertificateFingerprint())
            return Refuse("the token belongs to another client certificate: sign in again");

        var caller = new Caller(CallerKind.User, user, certificate?.Fingerprint, token.Properties?.ExpiresUtc ?? DateTimeOffset.MaxValue);
        Context.Features.Set(new TokenCaller(caller));
        return Success(caller);
    }

    // What the connection's certificate said does not stand for a call whose token was refused.
    private AuthenticateResult Refuse(string reason)
    {
        Context.Features.Set(new TokenCaller(Caller: null, reason));
        return AuthenticateResult.Fail(reason);
    }

    private AuthenticateResult Success(Caller caller) => AuthenticateResult.Success(new AuthenticationTicket(caller.Principal, Scheme.Name));
}

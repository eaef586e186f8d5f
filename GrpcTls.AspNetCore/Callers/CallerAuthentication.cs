using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Finds out who is calling by something that the call itself carries, a token for example. Register it as a singleton service; it
/// is asked for each call, before the connection's certificate counts.
/// </summary>
public interface ICallerAuthenticator
{
    /// <summary>Says who is calling; null where the call carries nothing of the kind.</summary>
    /// <param name="context">The call.</param>
    ValueTask<CallerProof?> AuthenticateAsync(HttpContext context);
}

/// <summary>What a call carried to say who is calling; it stands before the connection's certificate.</summary>
/// <param name="Caller">Who is calling; null where the proof was refused.</param>
/// <param name="Refusal">Why the proof was refused; null where it was not. The caller is told.</param>
public sealed record CallerProof(Caller? Caller, string? Refusal = null);

/// <summary>
/// ASP.NET Core's authentication: the call's own proof where it has one, else the connection's certificate. Only what the handshake or
/// an <see cref="ICallerAuthenticator"/> has verified counts; no other header names anybody.
/// </summary>
internal sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    IEnumerable<ICallerAuthenticator> authenticators)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Caller";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        foreach (var authenticator in authenticators)
        {
            // A proof that is no good is no reason to fall back on the certificate: whoever sent it meant to be somebody else.
            if (await authenticator.AuthenticateAsync(Context) is not { } proof)
                continue;
            Context.Features.Set(proof);
            return proof.Caller is { } caller
                ? Success(caller)
                : AuthenticateResult.Fail(proof.Refusal ?? "the caller's proof was refused");
        }

        return Context.GetCaller() is { } certificate ? Success(certificate) : AuthenticateResult.NoResult();
    }

    private AuthenticateResult Success(Caller caller) =>
        AuthenticateResult.Success(new AuthenticationTicket(caller.Principal, Scheme.Name));
}

using System.Security.Claims;
using Greeter.Hosting;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Greeter.Server;

/// <summary>Makes the tokens that <see cref="TokenAuthenticator"/> accepts.</summary>
internal sealed class TokenIssuer(IOptionsMonitor<BearerTokenOptions> options, SignInOptions settings, TimeProvider time)
{
    /// <summary>A token for a user; where the connection has a certificate, useless without that.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Issue(string user, string? fingerprint)
    {
        var expiresAt = time.GetUtcNow() + settings.TokenLifetime;
        var claims = new List<Claim> { new(ClaimTypes.Name, user) };
        if (fingerprint is not null)
            claims.Add(new Claim(TokenAuthenticator.CertificateClaim, fingerprint));
        var identity = new ClaimsIdentity(claims, BearerTokenDefaults.AuthenticationScheme);
        var ticket = new AuthenticationTicket(
            new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = expiresAt },
            $"{BearerTokenDefaults.AuthenticationScheme}:AccessToken"); // The purpose that BearerTokenHandler protects tokens for.
        return (options.Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenProtector.Protect(ticket), expiresAt);
    }
}

/// <summary>Finds the user of a call's token.</summary>
internal sealed class TokenAuthenticator : ICallerAuthenticator
{
    /// <summary>The fingerprint of the client certificate that a token belongs to, as RFC 8705's "x5t#S256".</summary>
    public const string CertificateClaim = "x5t#S256";

    public async ValueTask<CallerProof?> AuthenticateAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0)
            return null;
        if (context.Features.Get<TlsEndpointFeature>() is not { IsTls: true })
            return Refused("a token counts only over TLS: use the tls or the mtls port");
        var token = await context.AuthenticateAsync(BearerTokenDefaults.AuthenticationScheme);
        if (token is not { Succeeded: true, Principal.Identity.Name: { } user })
            return Refused("the token is not valid or has expired: sign in again");
        if (token.Principal.FindFirst(CertificateClaim)?.Value is { } bound && bound != context.GetCertificateFingerprint())
            return Refused("the token belongs to another client certificate: sign in again");
        return new CallerProof(new Caller(
            CallerKind.User, user, context.GetCaller()?.Fingerprint, token.Properties?.ExpiresUtc ?? DateTimeOffset.MaxValue));
    }

    private static CallerProof Refused(string reason) => new(Caller: null, reason);
}

/// <summary>The folder of the keys that protect tokens. Whoever can read a key can make a token for any user.</summary>
internal static class TokenKeys
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void AddTokens(this WebApplicationBuilder builder, TlsFile? keys, SettingsReader settings)
    {
        builder.Services.AddSingleton<TokenIssuer>().AddSingleton<ICallerAuthenticator, TokenAuthenticator>();
        builder.Services.AddAuthentication().AddBearerToken();
        var protection = builder.Services.AddDataProtection().SetApplicationName("greeter");
        if (keys is not null)
            protection.PersistKeysToFileSystem(Folder(keys, settings));
        else
            protection.UseEphemeralDataProtectionProvider();

        // The keys lie in a folder that only this user can enter; that there is no further encryption is meant so.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    }

    private static DirectoryInfo Folder(TlsFile folder, SettingsReader settings)
    {
        try
        {
            // Data protection itself would make it readable by everybody.
            if (!Directory.Exists(folder.Path))
                Create(folder.Path, settings);
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder.Path) & ~OwnerOnly) != 0)
                settings.Add(folder.About(TlsProblems.KeyReadableByOthers).With(
                    ("mode", Convert.ToString((int)File.GetUnixFileMode(folder.Path), 8))) with
                {
                    Fix = $"chmod 700 '{folder.Path}'; and if others were on this machine, remove what is in it: new keys are made",
                });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            settings.Add(folder.About(TlsProblems.FileUnreadable).With(("reason", e.Message), ("user", Environment.UserName)));
        }

        return new DirectoryInfo(folder.Path);
    }

    // A server that will not start leaves nothing behind.
    private static void Create(string path, SettingsReader settings)
    {
        if (!settings.HasAny && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(path, OwnerOnly);
    }
}

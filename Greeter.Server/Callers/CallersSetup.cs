using Greeter.Tls;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;

namespace Greeter.Server.Callers;

/// <summary>Who is calling, by certificate or by token, and may they: the sections <c>Access</c> and <c>SignIn</c>.</summary>
internal static class CallersSetup
{
    public static void AddCallers(this WebApplicationBuilder builder, SettingsReader settings, params IEnumerable<Google.Protobuf.Reflection.ServiceDescriptor> services)
    {
        var methods = services.SelectMany(service => service.Methods.Select(method => $"{service.FullName}/{method.Name}")).ToArray();
        var table = AccessTable.Read(builder.Configuration, settings, methods);
        builder.Services.AddSingleton(provider => new AccessRules(
            builder.Configuration, table, methods, provider.GetRequiredService<ILogger<AccessRules>>()));
        builder.Services.AddSingleton<IAuthorizationHandler, AccessRequirement.Handler>();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessDenial>();
        builder.Services.AddAuthorizationBuilder().AddPolicy(AccessRequirement.Policy, policy => policy.AddRequirements(new AccessRequirement()));
        builder.Services.AddAuthentication(CallerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.SchemeName, configureOptions: null)
            .AddBearerToken();
        AddSignIn(builder, settings);
    }

    public static void UseCallers(this WebApplication app)
    {
        app.UseTlsForSignIn();
        app.UseAuthentication();
        app.UseCallerHeader();
        app.UseAuthorization();
    }

    private static void AddSignIn(WebApplicationBuilder builder, SettingsReader settings)
    {
        var options = settings.Read<SignInOptions>(SignInOptions.Section);
        builder.Services.AddSingleton(options);
        var users = settings.File(SignInOptions.Section, nameof(SignInOptions.Users), "the users");
        if (File.Exists(users?.Path))
            settings.Try(() => users.ReadTrusted(TlsFile.MostListBytes));
        builder.Services.AddSingleton(new UserFile(users));
        builder.Services.AddSingleton<TokenIssuer>();
        builder.Services.AddSingleton<SignInLimit>();

        var protection = builder.Services.AddDataProtection().SetApplicationName("greeter");
        if (settings.File(SignInOptions.Section, nameof(SignInOptions.TokenKeys), "the keys of tokens") is { } keys)
            protection.PersistKeysToFileSystem(TokenKeys.Folder(keys, settings));
        else
            protection.UseEphemeralDataProtectionProvider();

        // The keys lie in a folder that only this user can enter; that there is no further encryption is meant so.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    }

    // Whom the server took the caller for, so that a person can see it. Percent-encoded: a common name may hold anything.
    private static void UseCallerHeader(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.GetCaller() is { } caller)
            context.Response.Headers["greeter-caller"] = GrpcRefusal.Encode(caller.ToString());
        return next(context);
    });
}

using Greeter.Hosting;
using Grpc.AspNetCore.Server;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;

namespace Greeter.Server;

/// <summary>Who is calling, by certificate or by token, and may they: the sections <c>Access</c> and <c>SignIn</c>.</summary>
internal static class CallersSetup
{
    public static void AddCallers(this WebApplicationBuilder builder, SettingsReader settings, params IEnumerable<Google.Protobuf.Reflection.ServiceDescriptor> services)
    {
        var methods = services.SelectMany(service => service.Methods.Select(method => $"{service.FullName}/{method.Name}")).ToArray();
        var table = AccessPolicy.Read(builder.Configuration, settings, methods);
        builder.Services.AddSingleton(provider => new AccessPolicyMonitor(
            builder.Configuration, table, methods, provider.GetRequiredService<ILogger<AccessPolicyMonitor>>()));
        builder.Services.AddSingleton<IAuthorizationHandler, AccessRequirement.Handler>();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, GrpcAuthorizationResultHandler>();

        // What is mapped without a policy, or with none of a name, is under the same one.
        var access = new AuthorizationPolicyBuilder().AddRequirements(new AccessRequirement()).Build();
        builder.Services.AddAuthorizationBuilder().AddPolicy(AccessRequirement.Policy, access).SetDefaultPolicy(access).SetFallbackPolicy(access);
        builder.Services.AddAuthentication(CallerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.SchemeName, configureOptions: null)
            .AddBearerToken();
        builder.Services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<TokenExpiry>());
        AddSignIn(builder, settings);
    }

    /// <summary>Who is calling, and may they. A call counts for its caller's limit also where it is refused.</summary>
    public static void UseCallers(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseCallerHeader();
        app.UseCallLimit();
        app.UseTlsForSignIn();
        app.UseAuthorization();
        app.UseTokenExpiry();
    }

    private static void AddSignIn(WebApplicationBuilder builder, SettingsReader settings)
    {
        var options = settings.Read<SignInOptions>(SignInOptions.Section);
        builder.Services.AddSingleton(options);
        var users = settings.File(SignInOptions.Section, nameof(SignInOptions.Users), "the users");
        if (File.Exists(users?.Path))
            settings.Try(() => users.ReadTrusted(TlsFile.MostListBytes));
        builder.Services.AddSingleton(provider => new UserFile(users, provider.GetRequiredService<ILogger<UserFile>>()));
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

    private static void UseTokenExpiry(this WebApplication app)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use((context, next) => TokenExpiry.RunAsync(context, next, time));
    }

    // Whom the server took the caller for, so that a person can see it. Percent-encoded: a common name may hold anything.
    private static void UseCallerHeader(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.GetCaller() is { } caller)
            context.Response.Headers["greeter-caller"] = GrpcStatusResponse.Encode(caller.ToString());
        return next(context);
    });
}

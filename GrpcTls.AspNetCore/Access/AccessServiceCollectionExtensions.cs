using Grpc.AspNetCore.Server;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the rules of who may call what.</summary>
public static class AccessServiceCollectionExtensions
{
    /// <summary>
    /// Denies every call that no rule allows. A rule is a key of the section: <c>package.Service/Method</c>, with <c>anyone</c>,
    /// <c>authenticated</c>, or one or more callers (<c>spiffe://DOMAIN/PATH</c>, <c>spiffe://DOMAIN/*</c>, <c>dns:NAME</c>,
    /// <c>cn:NAME</c>, <c>user:NAME</c>), as one text with commas or as a list. A method that no rule names is denied to everybody,
    /// and so is every other endpoint that does not say otherwise (<c>AllowAnonymous</c>, <c>RequireAuthorization</c> with a
    /// policy of its own). A change of the configuration counts at once; one that cannot be used is logged, and the old rules
    /// stay.
    /// </summary>
    /// <remarks>
    /// Callers are known by their certificate (<c>UseMutualTls</c>) or by an <see cref="ICallerAuthenticator"/>. The host does not start
    /// where a rule names a method that is not mapped or a caller that nobody can be: a <see cref="TlsException"/> has all problems.
    /// </remarks>
    /// <param name="services">Where it is added.</param>
    /// <param name="section">The section with the rules.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration section)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new AccessPolicyMonitor(
            section, provider.GetService<IConfiguration>(), provider.GetRequiredService<ILogger<AccessPolicyMonitor>>()));
        services.AddSingleton<IStartupFilter, ReadAccess>();
        services.AddSingleton<IAuthorizationHandler, AccessRequirement.Handler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResultHandler>();
        services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<CallExpiry>());

        // What is mapped without a policy, or with none of a name, is under the same one.
        var access = new AuthorizationPolicyBuilder().AddRequirements(new AccessRequirement()).Build();
        services.AddAuthorizationBuilder().SetDefaultPolicy(access).SetFallbackPolicy(access);
        services.AddAuthentication(CallerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.SchemeName, configureOptions: null);
        return services;
    }

    // When the app's endpoints are known, and before it listens.
    private sealed class ReadAccess(AccessPolicyMonitor rules) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            next(app);
            rules.Start(app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints);
        };
    }
}

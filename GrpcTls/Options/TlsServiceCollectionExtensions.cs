using System.Diagnostics.Metrics;
using GrpcTls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the files that prove who this process is, and say whom it trusts.</summary>
public static class TlsServiceCollectionExtensions
{
    /// <summary>
    /// Adds the one set of files that most programs have. Nothing is read here: the files are read and checked when the host starts,
    /// all problems are told at once, and from then on the files are watched.
    /// </summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="section">The section, with the keys of <see cref="TlsOptions"/>. An unknown key is a problem.</param>
    /// <returns>The options, to configure more of them.</returns>
    public static OptionsBuilder<TlsOptions> AddTls(this IServiceCollection services, IConfiguration section) =>
        services.AddTls("", section);

    /// <summary>Adds a set of files under a name: a client of two servers with two authorities has two.</summary>
    /// <inheritdoc cref="AddTls(IServiceCollection, IConfiguration)"/>
    /// <param name="services">Where it is added.</param>
    /// <param name="name">The name, as <c>UseTls</c> and <c>UseMutualTls</c> take it.</param>
    /// <param name="section">The section, with the keys of <see cref="TlsOptions"/>. An unknown key is a problem.</param>
    public static OptionsBuilder<TlsOptions> AddTls(this IServiceCollection services, string name, IConfiguration section) =>
        services.AddTls(name, options => TlsOptionsBinder.Bind(section, options));

    /// <summary>Adds the one set of files, named in code.</summary>
    /// <inheritdoc cref="AddTls(IServiceCollection, IConfiguration)"/>
    /// <param name="services">Where it is added.</param>
    /// <param name="configure">Sets the options.</param>
    public static OptionsBuilder<TlsOptions> AddTls(this IServiceCollection services, Action<TlsOptions> configure) =>
        services.AddTls("", configure);

    /// <summary>Adds a set of files under a name, named in code.</summary>
    /// <inheritdoc cref="AddTls(IServiceCollection, IConfiguration)"/>
    /// <param name="services">Where it is added.</param>
    /// <param name="name">The name, as <c>UseTls</c> and <c>UseMutualTls</c> take it.</param>
    /// <param name="configure">Sets the options.</param>
    public static OptionsBuilder<TlsOptions> AddTls(this IServiceCollection services, string name, Action<TlsOptions> configure)
    {
        services.AddTlsCore();
        services.AddSingleton(new TlsSet(name));
        return services.AddOptions<TlsOptions>(name).Configure(configure);
    }

    /// <summary>What a use of TLS needs even where the program forgot <c>AddTls</c>, so that it is told so.</summary>
    internal static void AddTlsCore(this IServiceCollection services)
    {
        services.AddOptions();
        services.TryAddSingleton(provider => new TlsMaterialSources(
            provider.GetRequiredService<IOptionsMonitor<TlsOptions>>(),
            new OptionsFactory<TlsOptions>(
                provider.GetServices<IConfigureOptions<TlsOptions>>(), provider.GetServices<IPostConfigureOptions<TlsOptions>>()),
            provider.GetServices<TlsSet>(), provider.GetServices<TlsRequirement>(), provider.GetService<IHostEnvironment>(),
            provider.GetService<TimeProvider>(), provider.GetService<ILoggerFactory>(), provider.GetService<IMeterFactory>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TlsOptions>, TlsOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TlsMaterialSources>(
            provider => provider.GetRequiredService<TlsMaterialSources>()));
    }
}

using Greeter.Hosting;
using GrpcTls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>The generic host: configuration (appsettings.json, environment, command line) and logs on standard error.</summary>
internal static class ClientHost
{
    /// <param name="given">What the command line gives.</param>
    /// <param name="where">The address that was given to the doctor; null for none.</param>
    /// <param name="settings">Reads all of it.</param>
    public static IHost Create(
        IReadOnlyList<(string Setting, string Value, string Option)> given, string? where, out SettingsReader settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = ContentRoot.Find() });
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (where is not null)
            given = [.. given, .. DoctorAddress.Settings(where, given, builder.Configuration)];
        builder.Services.AddSingleton<LoggerFactory>();
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(services => new PrintableLogs(services.GetRequiredService<LoggerFactory>())));
        builder.Configuration.AddInMemoryCollection(given.Select(entry => KeyValuePair.Create<string, string?>(entry.Setting, entry.Value)));
        settings = new SettingsReader(
            builder.Configuration,
            builder.Environment.ContentRootPath,
            given.DistinctBy(entry => entry.Setting).ToDictionary(entry => entry.Setting, entry => entry.Option));
        return builder.Build();
    }

    public static ILoggerFactory Logs(this IHost host) => host.Services.GetRequiredService<ILoggerFactory>();
}

using GrpcTls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Greeter.Tests;

/// <summary>A host with nothing in it but sets of files and what they are used for.</summary>
internal static class TlsHost
{
    public static readonly TlsRequirement MutualServer = new("", TlsSide.Server, IsMutual: true);
    public static readonly TlsRequirement Server = new("", TlsSide.Server, IsMutual: false);
    public static readonly TlsRequirement MutualClient = new("", TlsSide.Client, IsMutual: true);
    public static readonly TlsRequirement Client = new("", TlsSide.Client, IsMutual: false);

    public static HostApplicationBuilder Builder(TestFolder folder, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = folder.Root });
        builder.Configuration.AddInMemoryCollection(settings);
        return builder;
    }

    /// <summary>The ids of what is wrong, in order; empty where the host starts.</summary>
    public static async Task<string[]> StartAsync(
        TestFolder folder, IEnumerable<KeyValuePair<string, string?>> settings, params TlsRequirement[] uses)
    {
        var builder = Builder(folder, settings);
        builder.Services.AddTls(builder.Configuration.GetSection("Tls"));
        return await StartAsync(builder, uses);
    }

    public static async Task<string[]> StartAsync(HostApplicationBuilder builder, params TlsRequirement[] uses) =>
        [.. (await ProblemsAsync(builder, uses)).Select(problem => problem.Id)];

    public static async Task<IReadOnlyList<TlsProblem>> ProblemsAsync(HostApplicationBuilder builder, params TlsRequirement[] uses)
    {
        builder.Services.AddTlsCore();
        foreach (var use in uses)
            builder.Services.AddSingleton(use);
        using var host = builder.Build(); // Reads nothing: what is wrong is told at the start.
        try
        {
            await host.StartAsync();
            await host.StopAsync();
            return [];
        }
        catch (TlsException e)
        {
            return e.Problems;
        }
    }
}

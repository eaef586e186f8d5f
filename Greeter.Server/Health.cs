using Grpc.AspNetCore.HealthChecks;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Greeter.Server;

/// <summary>
/// The standard health protocol on every port, and alone on the plaintext Health port, which Kubernetes' probes need: they speak no TLS.
/// </summary>
internal static class HealthExtensions
{
    private const string Service = "grpc.health.v1.Health";

    public static void AddHealth(this WebApplicationBuilder builder)
    {
        // From the cache: a stranger's question costs nothing, however much the checks do.
        builder.Services.AddGrpcHealthChecks(health => health.UseHealthChecksCache = true).AddCheck<CertificateHealth>("certificate");
        builder.Services.AddHostedService<FirstHealth>();
    }

    /// <summary>The Health port serves nothing else, and needs no rule in <c>Access</c>.</summary>
    public static void UseHealthPort(this WebApplication app) => app.Use((context, next) =>
    {
        if (!context.IsOn(PortKind.Health))
            return next(context);
        if (context.GetEndpoint() is not { } endpoint || !context.Request.Path.StartsWithSegments($"/{Service}"))
            return context.RefuseAsync(StatusCode.Unimplemented, $"this port serves {Service} alone");
        context.SetEndpoint(new Endpoint(
            endpoint.RequestDelegate, new([.. endpoint.Metadata, new AllowAnonymousAttribute()]), endpoint.DisplayName));
        return next(context);
    });
}

/// <summary>The server's certificate as a health check: no longer valid means no longer serving.</summary>
internal sealed class CertificateHealth(TlsMaterialSources sources, PortSockets ports, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!ports.Bind().Any(bound => bound.Port.IsTls))
            return Task.FromResult(HealthCheckResult.Healthy());
        var material = sources.Get(TlsSide.Server).Current;
        var certificate = material.Identity!.Certificate;
        var now = time.GetUtcNow();
        if (new PeerDiagnosis(TlsSide.Server, material.Roots, now).Time(certificate) is { } problem)
            return Task.FromResult(HealthCheckResult.Unhealthy(problem.ToString()));
        return Task.FromResult(CertificateValidity.Expiry(certificate, now) is { } soon
            ? HealthCheckResult.Degraded(soon.ToString())
            : HealthCheckResult.Healthy());
    }
}

/// <summary>Maps the services that there are, and publishes the first state as soon as the server listens.</summary>
internal sealed class FirstHealth(
    EndpointDataSource endpoints, IOptions<GrpcHealthChecksOptions> health, HealthCheckService checks,
    IEnumerable<IHealthCheckPublisher> publishers)
    : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var services = endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName);
        foreach (var service in services.OfType<string>().Distinct())
            health.Value.Services.Map(service, _ => true);
        var report = await checks.CheckHealthAsync(cancellationToken);
        await Task.WhenAll(publishers.Select(publisher => publisher.PublishAsync(report, cancellationToken)));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

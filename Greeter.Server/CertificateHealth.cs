using GrpcTls;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Greeter.Server;

/// <summary>The server's certificate as a health check: no longer valid means no longer serving.</summary>
internal sealed class CertificateHealth(TlsMaterialSource source, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var certificate = source.Current.Identity!.Certificate;
        var now = time.GetUtcNow();
        if (new PeerDiagnosis(TlsSide.Server, source.Current.Roots, now).Time(certificate) is { } problem)
            return Task.FromResult(HealthCheckResult.Unhealthy(problem.ToString()));
        return Task.FromResult(CertificateValidity.Expiry(certificate, now) is { } soon
            ? HealthCheckResult.Degraded(soon.ToString())
            : HealthCheckResult.Healthy());
    }
}

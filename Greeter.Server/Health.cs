using GrpcTls.AspNetCore;
using GrpcTls;
using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Greeter.Server;

/// <summary>grpc.health.v1 on every port, and alone on the plaintext Health port, which Kubernetes' probes need: they speak no TLS.</summary>
internal static class HealthSetup
{
    public static void AddHealth(this WebApplicationBuilder builder, params IEnumerable<string> services)
    {
        var checks = builder.Services.AddHealthChecks();
        if (builder.Services.Any(service => service.ServiceType == typeof(TlsMaterialSource)))
            checks.AddCheck<CertificateHealth>("certificate");
        builder.Services.AddSingleton(provider => new HealthState(provider.GetRequiredService<IHostApplicationLifetime>(), services));
        builder.Services.AddSingleton<IHealthCheckPublisher>(provider => provider.GetRequiredService<HealthState>());
        builder.Services.Configure<HealthCheckPublisherOptions>(options => options.Delay = TimeSpan.Zero);
    }

    /// <summary>The Health port serves nothing else; without a certificate and without a rule in <c>Access</c>.</summary>
    public static void UseHealthPort(this WebApplication app) => app.Use((context, next) =>
    {
        var isElsewhere = context.Features.Get<ServerPort>()?.Kind == PortKind.Health && !context.Request.Path.StartsWithSegments("/grpc.health.v1.Health");
        return isElsewhere ? context.RefuseAsync(StatusCode.Unimplemented, "this port serves grpc.health.v1.Health alone") : next(context);
    });
}

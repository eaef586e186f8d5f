using GrpcTls.AspNetCore;

namespace Greeter.Server;

/// <summary>What every call goes through: a log, telemetry, and the rules of who may.</summary>
internal static class CallsSetup
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (!string.IsNullOrEmpty(builder.Configuration[Telemetry.Endpoint]))
            builder.Services.AddHostedService<Telemetry>();
    }

    public static void UseCallLog(this WebApplication app) => app.UseMiddleware<CallLog>();

    /// <summary>Every service is behind the section <c>Access</c>: there is no way to map one and forget it.</summary>
    public static void MapGreeterService<TService>(this WebApplication app)
        where TService : class => app.MapGrpcService<TService>().RequireAuthorization(AccessRequirement.Policy);
}

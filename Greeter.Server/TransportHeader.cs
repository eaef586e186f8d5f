using GrpcTls.AspNetCore;

namespace Greeter.Server;

/// <summary>Tells the caller by which port it came: <c>greeter-transport: insecure | tls | mtls</c>.</summary>
internal static class TransportHeader
{
    public static void UseTransportHeader(this WebApplication app) => app.Use((context, next) =>
    {
        context.Response.Headers["greeter-transport"] = context.Features.Get<ServerPort>()?.Name;
        return next(context);
    });
}

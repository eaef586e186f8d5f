using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GrpcTls.AspNetCore;

internal static class DrainExtensions
{
    public static void AddDrain(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Drain>();
        builder.Services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<DrainInterceptor>());

        // The host's own patience is a little longer, so that the last statuses still reach their clients, who then close.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain.Grace + GracefulClose.Patience + TimeSpan.FromSeconds(1));
    }
}

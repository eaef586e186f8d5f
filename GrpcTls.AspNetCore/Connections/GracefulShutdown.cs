using Grpc.AspNetCore.Server;
using Grpc.Core;
using GrpcTls.AspNetCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GrpcTls.AspNetCore
{
    /// <summary>How a stopping server treats its calls.</summary>
    public sealed class GracefulShutdownOptions
    {
        /// <summary>
        /// How long calls in flight may go on; those that are still open then end with UNAVAILABLE, which tells their clients to try
        /// elsewhere. 10 seconds by default: Kubernetes kills after 30 unless told otherwise, and most calls are done in far less.
        /// </summary>
        public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(10);
    }

    /// <summary>Tells when a stopping server's grace is over.</summary>
    internal sealed class GracefulShutdown : IDisposable
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ITimer _timer;

        public GracefulShutdown(IHostApplicationLifetime lifetime, IOptions<GracefulShutdownOptions> options, TimeProvider time)
        {
            _timer = time.CreateTimer(_ => _over.TrySetResult(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            lifetime.ApplicationStopping.Register(() => _timer.Change(options.Value.Grace, Timeout.InfiniteTimeSpan));
        }

        public Task Over => _over.Task;

        public void Dispose() => _timer.Dispose();

        /// <summary>Ends the calls that are still open then.</summary>
        internal sealed class Interceptor(GracefulShutdown shutdown) : EndingInterceptor
        {
            protected override Status Status => new(StatusCode.Unavailable, "the server is shutting down");

            protected override Task? Over(ServerCallContext context) => shutdown.Over;
        }
    }
}

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds the graceful end of a server.</summary>
    public static class GracefulShutdownServiceCollectionExtensions
    {
        /// <summary>
        /// A stopping server takes no new connections and lets calls in flight finish for <see cref="GracefulShutdownOptions.Grace"/>;
        /// those that are still open then end with UNAVAILABLE. The host's own shutdown timeout becomes a little longer than that.
        /// </summary>
        /// <param name="services">Where it is added.</param>
        /// <param name="configure">Sets the options; null for the defaults.</param>
        /// <returns>The services.</returns>
        public static IServiceCollection AddGracefulShutdown(
            this IServiceCollection services, Action<GracefulShutdownOptions>? configure = null)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton<GracefulShutdown>();
            services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<GracefulShutdown.Interceptor>());

            // So that the last statuses still reach their clients, who then close.
            services.AddOptions<HostOptions>().Configure<IOptions<GracefulShutdownOptions>>((host, shutdown) =>
                host.ShutdownTimeout = shutdown.Value.Grace + GracefulClose.Timeout + TimeSpan.FromSeconds(1));
            return configure is null ? services : services.Configure(configure);
        }
    }
}

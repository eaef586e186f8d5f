using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Gives Kestrel its ports when the host starts. Its options are made earlier, while the program is being built, and what
/// was bound then would accept connections that nobody serves, and stay open when the program does not come to its start.
/// </summary>
internal sealed class PortOpening(PortSockets sockets, IOptions<KestrelServerOptions> kestrel, Action<ListenOptions, ServerPort> configure)
    : IHostedLifecycleService
{
    // Before any service starts, Kestrel among them.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var (port, endpoints) in sockets.Bind())
        {
            foreach (var endpoint in endpoints)
                kestrel.Value.Listen(endpoint, listen => configure(listen, port));
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

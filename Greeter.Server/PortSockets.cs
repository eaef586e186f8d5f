using System.Net;
using System.Net.Sockets;
using GrpcTls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Greeter.Server;

/// <summary>
/// Binds every port when the host starts, before Kestrel does: all ports in use are reported at once, by their setting, and
/// "any free port" is the same number for 127.0.0.1 and ::1, which Kestrel itself cannot do.
/// </summary>
internal sealed class PortSockets : IDisposable
{
    private const int Attempts = 20;

    private readonly Dictionary<EndPoint, Socket> _sockets = [];
    private readonly Lazy<IReadOnlyList<BoundPort>> _ports;

    /// <param name="wanted">The ports that are on.</param>
    public PortSockets(IReadOnlyList<ServerPort> wanted) => _ports = new(() => Bind(wanted));

    /// <summary>Binds the ports; a second call changes nothing.</summary>
    /// <returns>The ports with their numbers.</returns>
    /// <exception cref="TlsException">Ports are in use or forbidden: each is in it, and none is open.</exception>
    public IReadOnlyList<BoundPort> Bind() => _ports.Value;

    /// <summary>Hands a socket over to Kestrel, which owns it from then on.</summary>
    public Socket Take(EndPoint endpoint) =>
        _sockets.Remove(endpoint, out var socket) ? socket : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

    /// <summary>Closes what Kestrel has not taken: of a start that has failed.</summary>
    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
            socket.Dispose();
        _sockets.Clear();
    }

    private BoundPort[] Bind(IReadOnlyList<ServerPort> wanted)
    {
        var ports = new List<BoundPort>();
        var problems = new List<TlsProblem>();
        foreach (var port in wanted)
        {
            try
            {
                ports.Add(Bind(port));
            }
            catch (TlsException e)
            {
                problems.AddRange(e.Problems);
            }
        }

        if (problems.Count == 0)
            return [.. ports];
        Dispose();
        throw new TlsException(problems);
    }

    private BoundPort Bind(ServerPort port)
    {
        for (var attempt = 1; ; attempt++)
        {
            var endpoints = new List<IPEndPoint>();
            try
            {
                foreach (var address in Addresses(port.Scope))
                    Bind(address, endpoints.Count == 0 ? port.Number : endpoints[0].Port, endpoints);
                return new BoundPort(port with { Number = endpoints[0].Port }, endpoints);
            }
            catch (SocketException e)
            {
                foreach (var endpoint in endpoints)
                    Take(endpoint).Dispose();

                // The number that was free on 127.0.0.1 may be taken on ::1: then another one.
                if (port.Number != 0 || attempt == Attempts || e.SocketErrorCode != SocketError.AddressAlreadyInUse)
                    throw new TlsException(Explain(port, e), e);
            }
        }
    }

    private static IPAddress[] Addresses(ListenScope scope) => (scope, Socket.OSSupportsIPv6) switch
    {
        (ListenScope.Any, true) => [IPAddress.IPv6Any], // Takes IPv4 too.
        (ListenScope.Any, false) => [IPAddress.Any],
        (_, true) => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        _ => [IPAddress.Loopback],
    };

    private static TlsProblem Explain(ServerPort port, SocketException e) =>
        (e.SocketErrorCode == SocketError.AddressAlreadyInUse ? TlsProblems.PortInUse : TlsProblems.PortForbidden).With(
            ("setting", port.Setting), ("port", port.Number), ("endpoint", port.Url), ("reason", e.Message),
            ("next", port.Number is 0 or > 65000 ? 50063 : port.Number < 1024 ? port.Number + 50000 : port.Number + 10));

    private void Bind(IPAddress address, int number, List<IPEndPoint> endpoints)
    {
        try
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(address, number));
            var endpoint = (IPEndPoint)socket.LocalEndPoint!;
            _sockets.Add(endpoint, socket);
            endpoints.Add(endpoint);
            socket.Listen(); // Two sockets may be bound to one port as long as neither listens; Kestrel's own call sets the backlog.
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable && endpoints.Count > 0)
        {
            // A container without ::1: 127.0.0.1 alone will do, as it does for Kestrel.
        }
    }
}

/// <summary>A port that is open.</summary>
/// <param name="Port">The port, with its number.</param>
/// <param name="Endpoints">What Kestrel shall listen on for it.</param>
internal sealed record BoundPort(ServerPort Port, IReadOnlyList<IPEndPoint> Endpoints);

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

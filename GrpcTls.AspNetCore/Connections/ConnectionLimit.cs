using System.Net;
using Microsoft.AspNetCore.Connections;

namespace GrpcTls.AspNetCore;

/// <summary>
/// How many connections there are, in all and of each address: one over a limit is closed before a byte of it is read.
/// Kestrel's own limit knows no address, and would count the Health port in: whoever uses up the connections would stop the probes.
/// </summary>
internal sealed class ConnectionShares(LimitsOptions limits, ClosedConnections closed)
{
    private readonly Lock _lock = new();

    // A null address stands for all of them. The Health port has a count of its own, with the same limits.
    private readonly Dictionary<(bool IsHealth, string? Address), int> _open = [];

    /// <summary>How many connections are counted, on all ports.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _open.Where(counted => counted.Key.Address is null).Sum(counted => counted.Value);
        }
    }

    /// <summary>Part of Kestrel's pipeline, before everything else.</summary>
    public ConnectionDelegate Take(ServerPort port, ConnectionDelegate next) => async connection =>
    {
        var all = (port.Kind == PortKind.Health, (string?)null);
        var one = all with { Item2 = CallerAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address) };
        if (ExceededBy(all, one) is { } limit)
        {
            closed.Report(port, connection.RemoteEndPoint, limit.Setting, limit.Value);
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Release(all, one);
        }
    };

    // Takes a place where there is one. The address comes first: its owner is told of the limit that he can do something about.
    private (string Setting, object Value)? ExceededBy((bool, string?) all, (bool, string?) one)
    {
        lock (_lock)
        {
            if (_open.GetValueOrDefault(one) >= limits.ConnectionsPerAddress)
                return (nameof(limits.MaxConnectionsPerAddress), limits.ConnectionsPerAddress);
            if (_open.GetValueOrDefault(all) >= limits.MaxConnections)
                return (nameof(limits.MaxConnections), limits.MaxConnections);
            _open[one] = _open.GetValueOrDefault(one) + 1;
            _open[all] = _open.GetValueOrDefault(all) + 1;
            return null;
        }
    }

    private void Release(params ReadOnlySpan<(bool, string?)> counted)
    {
        lock (_lock)
        {
            foreach (var key in counted)
            {
                if (--_open[key] == 0)
                    _open.Remove(key); // Strangers' addresses are not kept.
            }
        }
    }
}

using System.Net;
using Microsoft.AspNetCore.Connections;

namespace GrpcTls.AspNetCore;

/// <summary>
/// How many connections there may be at a time, in all and of each address. One object stands for one count: endpoints that share
/// it are counted together, and an endpoint for probes has its own, so that callers who use up theirs do not stop the probes.
/// Kestrel's own limit knows neither addresses nor endpoints.
/// </summary>
/// <param name="max">Connections at a time.</param>
/// <param name="maxPerAddress">Connections at a time of one IPv4 address, or of one IPv6 /64.</param>
public sealed class ConnectionLimit(int max, int maxPerAddress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _perAddress = [];
    private int _open;

    /// <summary>How many connections are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _open;
        }
    }

    /// <summary>Part of Kestrel's pipeline, before everything else.</summary>
    internal ConnectionDelegate Take(ClosedConnections closed, ConnectionDelegate next) => async connection =>
    {
        var address = CallerAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
        if (ExceededBy(address) is { } limit)
        {
            closed.Report(connection, limit.Name, limit.Value);
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Release(address);
        }
    };

    // Takes a place where there is one. The address comes first: its owner is told of the limit that he can do something about.
    private (string Name, object Value)? ExceededBy(string address)
    {
        lock (_lock)
        {
            var ofAddress = _perAddress.GetValueOrDefault(address);
            if (ofAddress >= maxPerAddress)
                return ("MaxConnectionsPerAddress", maxPerAddress);
            if (_open >= max)
                return ("MaxConnections", max);
            _perAddress[address] = ofAddress + 1;
            _open++;
            return null;
        }
    }

    private void Release(string address)
    {
        lock (_lock)
        {
            _open--;
            if (--_perAddress[address] == 0)
                _perAddress.Remove(address); // Strangers' addresses are not remembered.
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace GrpcTls.AspNetCore;

/// <summary>From where a connection came, which no header can change: a feature of each connection, and so of its calls.</summary>
/// <param name="Address">The address; null for a connection without one.</param>
internal sealed record ConnectionAddress(IPAddress? Address);

/// <summary>An address as limits count it.</summary>
public static class CallerAddress
{
    // RFC 6177: one site has a /64 at the least, 2^64 addresses to take in turns.
    private const int SiteBytes = 8;

    /// <summary>
    /// The connection's own address; null for a connection without one. Not <c>HttpContext.Connection</c>: a proxy's headers,
    /// where they are switched on, say there what the caller wants.
    /// </summary>
    /// <param name="call">A call that came by an endpoint with <c>UseTls</c>, <c>UseMutualTls</c> or <c>UseGracefulClose</c>.</param>
    public static IPAddress? Of(HttpContext call) => call.Features.Get<ConnectionAddress>()?.Address;

    /// <summary>An IPv4 address as it is, also when it is mapped into IPv6; of an IPv6 address its site, a /64.</summary>
    /// <param name="address">The address; null gives an empty text.</param>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, SiteBytes, bytes.Length - SiteBytes);
        return $"{new IPAddress(bytes)}/64";
    }
}

namespace GrpcTls.Client;

/// <summary>Host and port of a channel's address: <c>https://host:port</c>, <c>http://host:port</c> or <c>dns:///host:port</c>.</summary>
internal static class ChannelAddress
{
    /// <param name="address">The channel's address.</param>
    /// <param name="material">Identity and roots; null for insecure credentials.</param>
    /// <param name="serverName">The name to verify instead of the address's; null for that.</param>
    /// <param name="ending">See <see cref="TlsProbe.Ending"/>.</param>
    public static TlsProbe Probe(Uri address, TlsMaterial? material, string? serverName, string? ending = null)
    {
        var uri = WithHost(address, material is null ? "http" : "https");
        return new TlsProbe(uri.DnsSafeHost, uri.Port, material, serverName) { Ending = ending };
    }

    /// <summary>The name that the server's certificate has to carry.</summary>
    public static string Host(Uri address) => WithHost(address, "https").DnsSafeHost;

    // dns:///host:port has its host and port in the path.
    private static Uri WithHost(Uri address, string scheme) =>
        address.Host.Length > 0 ? address : new Uri($"{scheme}://{address.AbsolutePath.TrimStart('/')}");
}

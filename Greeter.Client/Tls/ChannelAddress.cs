using Greeter.Tls;

namespace Greeter.Client.Tls;

/// <summary>Host and port of a channel's address: <c>https://host:port</c>, <c>http://host:port</c> or <c>dns:///host:port</c>.</summary>
internal static class ChannelAddress
{
    public static TlsProbe Probe(Uri address, TlsMaterial? material, string? serverName)
    {
        // dns:///host:port has its host and port in the path.
        var uri = address.Host.Length > 0 ? address : new Uri($"{(material is null ? "http" : "https")}://{address.AbsolutePath.TrimStart('/')}");
        return new TlsProbe(uri.DnsSafeHost, uri.Port, material, serverName);
    }
}

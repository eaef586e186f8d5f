using System.Net;

namespace Greeter.Pki;

/// <summary>What a certificate for a server or a client shall say. Immutable: vary a profile with <c>with</c>.</summary>
public sealed record LeafProfile
{
    /// <summary>
    /// How far in the past a certificate begins, so that a peer whose clock is behind does not find it "not yet valid".
    /// Let's Encrypt takes one hour too.
    /// </summary>
    public static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    /// <summary>The name for people. Verifiers have ignored it as a host name since RFC 6125; empty is allowed.</summary>
    public required string CommonName { get; init; }

    public IReadOnlyList<string> DnsNames { get; init; } = [];

    public IReadOnlyList<IPAddress> IPAddresses { get; init; } = [];

    public IReadOnlyList<Uri> Uris { get; init; } = [];

    /// <summary>Whether it may identify a server. Neither this nor <see cref="ClientAuth"/>: no such extension, so good for both.</summary>
    public bool ServerAuth { get; init; }

    public bool ClientAuth { get; init; }

    public KeyKind Key { get; init; } = KeyKind.Ec;

    public int RsaBits { get; init; } = 2048;

    /// <summary>Null: <see cref="Backdating"/> before now.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Null: <see cref="Lifetime"/> from now.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>
    /// 30 days: short enough that renewing becomes a habit and a stolen key soon useless, long enough for a sample to
    /// be there after a holiday.
    /// </summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>A server of these host names and IP addresses; by default the three ways to say "this machine".</summary>
    /// <exception cref="FormatException">One is neither; the message says why.</exception>
    public static LeafProfile Server(params IReadOnlyList<string> names) =>
        Server(names.Count == 0 ? ServerName.Local : [.. names.Select(ServerName.Parse)]);

    public static LeafProfile Server(IReadOnlyList<ServerName> names) => new()
    {
        CommonName = names[0].Text,
        DnsNames = [.. names.Where(name => name.Address is null).Select(name => name.Text)],
        IPAddresses = [.. names.Select(name => name.Address).OfType<IPAddress>()],
        ServerAuth = true,
    };

    /// <summary>The client that the sample begins with.</summary>
    public static LeafProfile Client() => Client("client") with { CommonName = "greeter-client" };

    /// <summary>A client that is <c>spiffe://greeter.example/NAME</c>: a URI is a name of its own kind, that no host can have.</summary>
    public static LeafProfile Client(string name) => new()
    {
        CommonName = name,
        Uris = [new Uri($"spiffe://greeter.example/{name}")],
        ClientAuth = true,
    };
}

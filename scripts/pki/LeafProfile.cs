using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

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

/// <summary>A profile, put into the words of X.509 (RFC 5280, section 4.2).</summary>
internal static class LeafExtensions
{
    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2");

    public static X500DistinguishedName Subject(LeafProfile profile)
    {
        var subject = new X500DistinguishedNameBuilder();
        if (profile.CommonName.Length > 0)
            subject.AddCommonName(profile.CommonName);
        return subject.Build();
    }

    public static IEnumerable<X509Extension> Of(LeafProfile profile, PublicKey key, X509Certificate2 issuer)
    {
        yield return X509BasicConstraintsExtension.CreateForEndEntity(critical: true);
        yield return new X509KeyUsageExtension(KeyUsage(profile), critical: true);
        if (Purposes(profile) is { Count: > 0 } purposes)
            yield return new X509EnhancedKeyUsageExtension(purposes, critical: false);
        yield return KeyIdentifiers.Subject(key);
        yield return KeyIdentifiers.Issuer(issuer);
        if (profile.DnsNames.Count + profile.IPAddresses.Count + profile.Uris.Count > 0)
            yield return AlternativeNames(profile);
    }

    // RSA key exchange, which TLS 1.2 may still choose, lets the client encrypt to the server's key. Nothing else does.
    private static X509KeyUsageFlags KeyUsage(LeafProfile profile) => profile is { Key: KeyKind.Rsa, ServerAuth: true }
        ? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment
        : X509KeyUsageFlags.DigitalSignature;

    private static OidCollection Purposes(LeafProfile profile)
    {
        var purposes = new OidCollection();
        if (profile.ServerAuth)
            purposes.Add(ServerAuth);
        if (profile.ClientAuth)
            purposes.Add(ClientAuth);
        return purposes;
    }

    private static X509Extension AlternativeNames(LeafProfile profile)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in profile.DnsNames)
            names.AddDnsName(name);
        foreach (var address in profile.IPAddresses)
            names.AddIpAddress(address);
        foreach (var uri in profile.Uris)
            names.AddUri(uri);
        // RFC 5280, 4.2.1.6: critical only where there is no subject, since then nothing else says whose it is.
        return names.Build(critical: profile.CommonName.Length == 0);
    }
}

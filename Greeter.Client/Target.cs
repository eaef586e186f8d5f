using Greeter.Tls;
using Grpc.Core;

namespace Greeter.Client;

/// <summary>Whom to call, and how each side proves who it is.</summary>
/// <param name="Address">Where to.</param>
/// <param name="Kind">Which credentials.</param>
/// <param name="Material">Identity and roots; null for insecure credentials.</param>
/// <param name="ServerName">The name to verify instead of the address's; null for that.</param>
internal sealed record Target(string Address, CredentialsKind Kind, TlsMaterial? Material, string? ServerName)
{
    /// <summary>What goes along with each call; null for nothing.</summary>
    public CallCredentials? Token { get; init; }

    /// <summary>The channel's credentials, with the token on top where there is one.</summary>
    public ChannelCredentials Credentials() => Token is null ? ChannelOnly() : ChannelCredentials.Create(ChannelOnly(), Token);

    /// <summary>The credentials, the same in every language: none, the roots, or the roots with certificate and key.</summary>
    private ChannelCredentials ChannelOnly() => Kind switch
    {
        CredentialsKind.Insecure => ChannelCredentials.Insecure,
        CredentialsKind.Tls => Material!.Roots.Pem is { } serverCaPem ? new SslCredentials(serverCaPem) : new SslCredentials(),

        // No PEM text stands for the operating system's authorities here too, though the parameter is not declared so.
        _ => new SslCredentials(Material!.Roots.Pem!, new KeyCertificatePair(Material.Identity!.ChainPem, Material.Identity.ExportPrivateKeyPem())),
    };
}

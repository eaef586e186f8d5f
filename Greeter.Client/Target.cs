using GrpcTls.Client;
using GrpcTls;
using Grpc.Core;
using Microsoft.Extensions.Logging;

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

    /// <summary>Gives newer material as its files change; null for the one material.</summary>
    public TlsMaterialSource? Source { get; init; }

    /// <summary>How often the files are read again, by <see cref="Follow"/>.</summary>
    public TimeSpan RefreshInterval { get; init; } = new TlsOptions().RefreshInterval;

    /// <summary>Reads the files again and again, until the result is disposed.</summary>
    public IDisposable? Follow(ILoggerFactory logs, TimeProvider time) =>
        Source?.Watch(RefreshInterval, time, logs.CreateLogger<TlsMaterialSource>());

    /// <summary>A channel to it, whose new connections show the newest certificate.</summary>
    public TlsChannel Channel(ILoggerFactory logs) => Source is null
        ? TlsChannel.ForAddress(Address, Credentials(), ServerName, logs)
        : TlsChannel.ForAddress(Address, Source, Token, ServerName, logs);

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

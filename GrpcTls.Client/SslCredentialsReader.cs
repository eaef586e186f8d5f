using Grpc.Core;

namespace GrpcTls.Client;

/// <summary>
/// What is inside a <see cref="ChannelCredentials"/>. <c>GrpcChannel</c> refuses SslCredentials that carry PEM texts
/// because HttpClient cannot take them; reading them here lets a channel's handler have them.
/// </summary>
internal sealed class SslCredentialsReader : ChannelCredentialsConfiguratorBase
{
    private SslCredentialsReader()
    {
    }

    /// <summary>Whether the channel uses TLS.</summary>
    public bool IsSecure { get; private set; }

    /// <summary>The root certificates as PEM text; null for the operating system's.</summary>
    public string? RootsPem { get; private set; }

    /// <summary>The client's certificate chain and private key; null to show none.</summary>
    public KeyCertificatePair? KeyPair { get; private set; }

    /// <summary>What is sent along with each call; null for nothing.</summary>
    public CallCredentials? CallCredentials { get; private set; }

    /// <summary>Takes credentials apart.</summary>
    /// <exception cref="NotSupportedException">They carry a verify-peer callback, which nothing but gRPC's C core can call.</exception>
    public static SslCredentialsReader Of(ChannelCredentials credentials)
    {
        var parts = new SslCredentialsReader();
        credentials.InternalPopulateConfiguration(parts, state: null!);
        return parts;
    }

    public override void SetInsecureCredentials(object state) => IsSecure = false;

    public override void SetSslCredentials(
        object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    {
        if (verifyPeerCallback is not null)
        {
            throw new NotSupportedException(
                "SslCredentials with a verifyPeerCallback: only gRPC's C core can call it; serverName verifies another name");
        }

        (IsSecure, RootsPem, KeyPair) = (true, rootCertificates, keyCertificatePair);
    }

    public override void SetCompositeCredentials(object state, ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        channelCredentials.InternalPopulateConfiguration(this, state);
        CallCredentials = CallCredentials is null ? callCredentials : CallCredentials.Compose(CallCredentials, callCredentials);
    }
}

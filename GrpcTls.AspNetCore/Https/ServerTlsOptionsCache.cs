using System.Net.Security;

namespace GrpcTls.AspNetCore;

/// <summary>
/// The handshake's options for the source's current material: built once for each material and then shared by all
/// connections, because building OpenSSL's context costs more than a handshake.
/// </summary>
internal sealed class ServerTlsOptionsCache(TlsMaterialSource source, Func<TlsMaterial, SslServerAuthenticationOptions> posture)
{
    private volatile Built? _built;

    public SslServerAuthenticationOptions Current
    {
        get
        {
            var material = source.Current;
            var built = _built;
            if (built?.Material != material)
                _built = built = new Built(material, posture(material)); // Two at once build twice; either result is right.
            return built.Options;
        }
    }

    private sealed record Built(TlsMaterial Material, SslServerAuthenticationOptions Options);
}

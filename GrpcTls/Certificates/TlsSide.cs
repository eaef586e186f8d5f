namespace GrpcTls;

/// <summary>The two ends of a handshake.</summary>
public enum TlsSide
{
    /// <summary>The one that connects.</summary>
    Client,

    /// <summary>The one that listens.</summary>
    Server,
}

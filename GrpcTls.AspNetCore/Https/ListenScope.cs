namespace GrpcTls.AspNetCore;

/// <summary>From where a port can be reached.</summary>
internal enum ListenScope
{
    /// <summary>From this machine only.</summary>
    Loopback,

    /// <summary>From every network that this machine is in.</summary>
    Any,
}

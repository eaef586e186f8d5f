namespace GrpcTls.AspNetCore;

/// <summary>What a port proves about the two ends.</summary>
internal enum PortKind
{
    /// <summary>HTTP/2 without TLS: nobody is proven.</summary>
    Insecure,

    /// <summary>The client knows the server.</summary>
    Tls,

    /// <summary>Both know each other.</summary>
    Mtls,

    /// <summary>HTTP/2 without TLS, for Kubernetes' probes: serves the health service and nothing else.</summary>
    Health,
}

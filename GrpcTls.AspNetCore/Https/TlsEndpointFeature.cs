namespace GrpcTls.AspNetCore;

/// <summary>What the endpoint is that a connection came by: a feature of each connection, and so of its calls.</summary>
/// <param name="Name">
/// Its name in logs and metrics: what <c>UseEndpointName</c> gave it, or else <c>tls</c>, <c>mtls</c> or <c>plaintext</c>.
/// </param>
/// <param name="IsTls">Whether connections are encrypted, and the client knows the server.</param>
/// <param name="IsMutual">Whether the server knows the client as well.</param>
public sealed record TlsEndpointFeature(string Name, bool IsTls, bool IsMutual);

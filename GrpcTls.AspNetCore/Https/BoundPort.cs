using System.Net;

namespace GrpcTls.AspNetCore;

/// <summary>A port that is open.</summary>
/// <param name="Port">The port, with its number.</param>
/// <param name="Endpoints">What Kestrel shall listen on for it.</param>
internal sealed record BoundPort(ServerPort Port, IReadOnlyList<IPEndPoint> Endpoints);

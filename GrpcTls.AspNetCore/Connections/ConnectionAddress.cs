using System.Net;

namespace GrpcTls.AspNetCore;

/// <summary>From where a connection came, which no header can change: a feature of each connection, and so of its calls.</summary>
/// <param name="Address">The address; null for a connection without one.</param>
internal sealed record ConnectionAddress(IPAddress? Address);

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>
/// Is told what the other side showed in a handshake. It has no say in whether the handshake succeeds; what it throws is what
/// the handshake then fails with.
/// </summary>
/// <param name="certificate">What the peer showed; null for nothing.</param>
/// <param name="chain">What the platform built of it; only to be used during the call.</param>
/// <param name="errors">What the platform found wrong.</param>
/// <param name="refused">Why our own rules or a revocation list refuse a peer that the platform accepts; null where they do not.</param>
public delegate void PeerObserver(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, TlsProblem? refused);

namespace GrpcTls;

// What goes wrong before or beside certificates: addresses, protocols, versions.
public static partial class TlsProblems
{
    /// <summary>The host's name has no address.</summary>
    public static readonly TlsProblem NameNotFound = new(
        "name-not-found", "the server's name is not known",
        "{host} has no address: {reason}",
        "check the spelling of {host}; for a test put it into the hosts file");

    /// <summary>Nothing listens, or nothing answers.</summary>
    public static readonly TlsProblem ServerUnreachable = new(
        "server-unreachable", "nothing answers at the address",
        "{host} port {port} ({addresses}): {reason}",
        "start the server, or check the port and a firewall in between", Permanent: false);

    /// <summary>The client speaks TLS and the port does not.</summary>
    public static readonly TlsProblem TlsToPlaintextPort = new(
        "tls-to-plaintext-port", "the port does not speak TLS",
        "{host} port {port} answered a TLS greeting with something else; without TLS it speaks {speaks}",
        "use the port that speaks TLS; for a test without TLS use an http:// address and insecure credentials");

    /// <summary>The client speaks plaintext and the port speaks TLS.</summary>
    public static readonly TlsProblem PlaintextToTlsPort = new(
        "plaintext-to-tls-port", "the port speaks TLS and the client does not",
        "{peer} was addressed without TLS",
        "on the client use TLS and an https:// address, or call a port without TLS");

    /// <summary>The port speaks HTTP/1.1 and not HTTP/2, which gRPC needs.</summary>
    public static readonly TlsProblem Http1Only = new(
        "http1-only", "the port speaks HTTP/1.1 and gRPC needs HTTP/2",
        "{host} port {port} {answered}",
        "let the server (or the proxy in front of it) speak HTTP/2 on this port; Kestrel: Protocols = Http2");

    /// <summary>The two sides have no application protocol in common.</summary>
    public static readonly TlsProblem AlpnRefused = new(
        "alpn-refused", "the two sides agree on no application protocol",
        "{peer}: gRPC needs h2 by ALPN; {reason}",
        "turn HTTP/2 on at the other side, or at the proxy that ends TLS in front of it; openssl s_client needs -alpn h2");

    /// <summary>The two sides have no version of TLS in common.</summary>
    public static readonly TlsProblem TlsVersion = new(
        "tls-version", "the two sides have no version of TLS in common",
        "{peer}: this side speaks TLS 1.2 and 1.3; {reason}",
        "let the other side speak TLS 1.2 or 1.3; older versions are broken");

    /// <summary>The other side closed the connection within the handshake.</summary>
    public static readonly TlsProblem ClosedInHandshake = new(
        "closed-in-handshake", "the other side closed the connection during the handshake",
        "{peer} closed without a reason: {reason}",
        "read the other side's log; a load balancer without a backend and a port that is no TLS port look like this too", Permanent: false);

    /// <summary>A handshake was begun and not finished.</summary>
    public static readonly TlsProblem HandshakeTimeout = new(
        "handshake-timeout", "the handshake took too long",
        "{peer} did not finish within {limit}",
        "check that it speaks TLS at all, and the network in between", Permanent: false);

    /// <summary>The client closed because it does not accept this server's certificate.</summary>
    public static readonly TlsProblem ClientRefusedServer = new(
        "client-refused-server", "the client does not accept this server's certificate",
        "{peer} ended the handshake with: {reason}",
        "give the client the root of this server's authority, and call a name that the certificate carries");

    /// <summary>A failure of no known kind: what was seen, and no guess.</summary>
    public static readonly TlsProblem HandshakeFailed = new(
        "handshake-failed", "the connection cannot be made, for a reason of no known kind",
        "{peer}: {reason}",
        "look at the handshake: openssl s_client -connect HOST:PORT -servername NAME -alpn h2", Permanent: false);

    /// <summary>The connection is good and the server answered the call with an error.</summary>
    public static readonly TlsProblem CallFailed = new(
        "call-failed", "the server answered with an error",
        "{method} at {address}: {status}: {detail}",
        "the connection is good; the status tells what the service thinks", Permanent: false);

    /// <summary>The call took longer than its deadline.</summary>
    public static readonly TlsProblem DeadlineExceeded = new(
        "deadline-exceeded", "the call took too long",
        "{method} at {address} did not finish within {deadline}",
        "allow more time, or look at what the server is doing", Permanent: false);

    /// <summary>The connection could be made a moment later: the failure has passed.</summary>
    public static readonly TlsProblem ConnectionLost = new(
        "connection-lost", "the connection was lost during the call",
        "{address}: {reason}",
        "try again; if it stays, read the server's log", Permanent: false);

    /// <summary>What answers is no gRPC server.</summary>
    public static readonly TlsProblem NotGrpc = new(
        "not-grpc", "what answers speaks HTTP/2 and not gRPC",
        "{method} at {address}: {detail}",
        "check address and port: a web server or a proxy answered");
}

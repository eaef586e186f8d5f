namespace Greeter.Pki;

/// <summary>ECDSA on the curve P-256, or RSA. Every TLS stack in use reads both; P-256 costs a server much less per handshake.</summary>
public enum KeyKind
{
    Ec,
    Rsa,
}

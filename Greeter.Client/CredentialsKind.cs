namespace Greeter.Client;

/// <summary>The setting <c>Credentials</c>: who proves to whom who they are.</summary>
internal enum CredentialsKind
{
    /// <summary>Nobody.</summary>
    Insecure,

    /// <summary>The server to the client.</summary>
    Tls,

    /// <summary>Both.</summary>
    Mtls,
}

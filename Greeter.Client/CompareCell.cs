using GrpcTls;

namespace Greeter.Client;

/// <summary>One kind of credentials on one port.</summary>
/// <param name="Credentials">What the client brought.</param>
/// <param name="Port">The kind of port it called.</param>
/// <param name="Problem">Why it did not get in; null where it did.</param>
internal sealed record CompareCell(CredentialsKind Credentials, CredentialsKind Port, TlsProblem? Problem)
{
    public string Word => Problem is null ? "greeted" : Problem.Id;

    /// <summary>A certificate may be shown to a port that does not ask for one; otherwise the two kinds have to be the same.</summary>
    public bool IsAsExpected => IsAllowed ? Problem is null : Problem is not null && Problem.Id != TlsProblems.ServerUnreachable.Id;

    private bool IsAllowed => Credentials == Port || (Credentials, Port) is (CredentialsKind.Mtls, CredentialsKind.Tls);
}

namespace Greeter.Tls;

// What a service answers about who is calling.
public static partial class TlsProblems
{
    /// <summary>The server does not know who is calling.</summary>
    public static readonly TlsProblem Unauthenticated = new(
        "unauthenticated", "the server does not know who is calling",
        "{method} at {address}: {detail}",
        "show a client certificate (--credentials mtls), or sign in (--user NAME with --credentials tls or mtls)");

    /// <summary>The server knows who is calling, and they may not.</summary>
    public static readonly TlsProblem PermissionDenied = new(
        "permission-denied", "the caller may not do this",
        "{method} at {address}: {detail}",
        "call as somebody who may, or let the server's Access section name this caller");

    /// <summary>The user or the password is wrong; which of them is not told.</summary>
    public static readonly TlsProblem SignInRefused = new(
        "sign-in-refused", "the sign-in was refused",
        "{user} at {address}: {detail}",
        "check both; on the server, make the user or a new password: dotnet run scripts/users.cs -- add {user}");

    /// <summary>Too many attempts, calls or bytes.</summary>
    public static readonly TlsProblem TooMuch = new(
        "resource-exhausted", "a limit of the server is reached",
        "{method} at {address}: {detail}",
        "wait a minute, or ask for less at once; the server's Limits and SignIn sections set the numbers", Permanent: false);
}

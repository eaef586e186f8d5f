namespace GrpcTls;

// What a service answers about who is calling.
public static partial class TlsProblems
{
    /// <summary>The server does not know who is calling.</summary>
    public static readonly TlsProblem Unauthenticated = new(
        "unauthenticated", "the server does not know who is calling",
        "{method} at {address}: {detail}",
        "show a client certificate, or send a token with the call");

    /// <summary>The server knows who is calling, and they may not.</summary>
    public static readonly TlsProblem PermissionDenied = new(
        "permission-denied", "the caller may not do this",
        "{method} at {address}: {detail}",
        "call as somebody who may, or let the server's access rules name this caller");

    /// <summary>What should go along with the call could not be fetched: the call was not sent.</summary>
    public static readonly TlsProblem TokenUnavailable = new(
        "token-unavailable", "the call's token could not be fetched",
        "{method} at {address} was not sent: {reason}",
        "look at what issues the token; the connection to this server is not the cause", Permanent: false);

    /// <summary>A header of the call, a token for example, has a character that none may have.</summary>
    public static readonly TlsProblem MetadataInvalid = new(
        "metadata-invalid", "a header of the call holds a character that cannot be sent",
        "{header} has character {code} at position {position}; the call was not sent",
        "take it out (a line break at the end of a token's file is a good first guess); send bytes in a header whose name ends in -bin");

    /// <summary>The user or the password is wrong; which of them is not told.</summary>
    public static readonly TlsProblem SignInRefused = new(
        "sign-in-refused", "the sign-in was refused",
        "{user} at {address}: {detail}",
        "check both; on the server, add the user or set a new password");

    /// <summary>Too many attempts, calls or bytes.</summary>
    public static readonly TlsProblem ResourceExhausted = new(
        "resource-exhausted", "a limit of the server is reached",
        "{method} at {address}: {detail}",
        "wait a minute, or ask for less at once; the server's configuration sets its limits", Permanent: false);
}

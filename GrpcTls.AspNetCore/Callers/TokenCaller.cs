namespace GrpcTls.AspNetCore;

/// <summary>What a call's token says about who is calling; it stands before the connection's certificate.</summary>
/// <param name="Caller">The token's user; null where the token was refused.</param>
/// <param name="Refusal">Why the token was refused; null where it was not.</param>
internal sealed record TokenCaller(Caller? Caller, string? Refusal = null);

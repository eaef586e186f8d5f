using System.Security.Cryptography;
using Grpc.Core;

namespace GrpcTls.AspNetCore;

/// <summary>Who is calling.</summary>
public static class CallerExtensions
{
    /// <summary>
    /// Who is calling: by the call's own proof where it has one, or else by the connection's certificate; null for nobody that is known.
    /// </summary>
    /// <param name="context">The call.</param>
    public static Caller? GetCaller(this ServerCallContext context) => context.GetHttpContext().GetCaller();

    /// <inheritdoc cref="GetCaller(ServerCallContext)"/>
    public static Caller? GetCaller(this HttpContext context) =>
        context.Features.Get<CallerProof>() is { } proof ? proof.Caller : context.Features.Get<Caller>();

    /// <summary>The SHA-256 of the connection's certificate in hex, also of one that names nobody; null where there is none.</summary>
    /// <param name="context">The call.</param>
    public static string? GetCertificateFingerprint(this HttpContext context) =>
        context.Features.Get<Caller>()?.Fingerprint ?? context.Connection.ClientCertificate?.GetCertHashString(HashAlgorithmName.SHA256);
}

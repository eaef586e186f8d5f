using System.Security.Cryptography;
using Grpc.Core;

namespace GrpcTls.AspNetCore;

internal static class CallerExtensions
{
    /// <summary>Who is calling; null for nobody that is known.</summary>
    public static Caller? GetCaller(this ServerCallContext context) => context.GetHttpContext().GetCaller();

    /// <summary>The user of the call's token, or else who the connection's certificate is for.</summary>
    public static Caller? GetCaller(this HttpContext context) =>
        context.Features.Get<TokenCaller>() is { } call ? call.Caller : context.Features.Get<Caller>();

    /// <summary>The SHA-256 of the connection's certificate, also of one that names nobody; null where there is none.</summary>
    public static string? GetCertificateFingerprint(this HttpContext context) =>
        context.Features.Get<Caller>()?.Fingerprint ?? context.Connection.ClientCertificate?.GetCertHashString(HashAlgorithmName.SHA256);
}

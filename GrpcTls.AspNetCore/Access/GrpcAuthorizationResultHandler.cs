using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Says no in gRPC's words: UNAUTHENTICATED when nobody is proven, PERMISSION_DENIED when somebody is and may not. Tells
/// the caller what would help, and nobody who else would be let in.
/// </summary>
internal sealed class GrpcAuthorizationResultHandler : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
            return next(context);

        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is null)
            return RefuseHttp(context);

        var method = context.Request.Path.Value?.TrimStart('/');
        if (context.GetCaller() is { } caller)
            return context.RefuseAsync(StatusCode.PermissionDenied, $"{caller} may not call {method}");
        var reason = context.Features.Get<TokenCaller>()?.Refusal;
        return context.RefuseAsync(
            StatusCode.Unauthenticated, reason ?? $"{method} needs a caller who is known: show a client certificate on the mtls port, or sign in over TLS");
    }

    // What is no gRPC method is refused in HTTP's words. Clients of gRPC read them too.
    private static Task RefuseHttp(HttpContext context)
    {
        context.Response.StatusCode = context.GetEndpoint() is null ? StatusCodes.Status404NotFound
            : context.GetCaller() is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}

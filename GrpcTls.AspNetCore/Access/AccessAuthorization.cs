using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace GrpcTls.AspNetCore;

/// <summary>That the method's rule allows the caller.</summary>
internal sealed class AccessRequirement : IAuthorizationRequirement
{
    internal sealed class Handler(AccessPolicyMonitor rules) : AuthorizationHandler<AccessRequirement, HttpContext>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AccessRequirement requirement, HttpContext call)
        {
            // What is no method has no rule, and so nobody may; but for gRPC's own endpoints, which answer UNIMPLEMENTED to everybody.
            var method = call.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName;
            if (IsUnimplemented(call.GetEndpoint()))
                context.Succeed(requirement);

            // Who sends a proof that is no good meant to be somebody: even "anyone" is not for them.
            else if (call.Features.Get<CallerProof>()?.Refusal is null && method is not null
                && rules.Current.Find(method)?.Allows(call.GetCaller()) == true)
                context.Succeed(requirement);
            return Task.CompletedTask;
        }

        // gRPC marks them by nothing else than the constraint of their route.
        private static bool IsUnimplemented(Endpoint? endpoint) =>
            endpoint is RouteEndpoint route && route.Metadata.GetMetadata<GrpcMethodMetadata>() is null
            && route.RoutePattern.GetParameter("unimplementedMethod")?.ParameterPolicies is [{ Content: "grpcunimplemented" }];
    }
}

/// <summary>
/// Says no in gRPC's words: UNAUTHENTICATED when nobody is proven, PERMISSION_DENIED when somebody is and may not. Tells
/// the caller what would help, and nobody who else would be let in. A call that may go on ends when its proof expires.
/// </summary>
internal sealed class AccessResultHandler(TimeProvider time) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
            return CallExpiry.RunAsync(context, next, time);

        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is null)
            return RefuseHttp(context);

        var method = context.Request.Path.Value?.TrimStart('/');
        if (context.GetCaller() is { } caller)
            return context.RefuseAsync(StatusCode.PermissionDenied, $"{caller} may not call {method}");
        var reason = context.Features.Get<CallerProof>()?.Refusal;
        return context.RefuseAsync(
            StatusCode.Unauthenticated, reason ?? $"{method} needs a caller who is known: show a client certificate, or sign in over TLS");
    }

    // What is no gRPC method is refused in HTTP's words. Clients of gRPC read them too.
    private static Task RefuseHttp(HttpContext context)
    {
        context.Response.StatusCode = context.GetEndpoint() is null ? StatusCodes.Status404NotFound
            : context.GetCaller() is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}

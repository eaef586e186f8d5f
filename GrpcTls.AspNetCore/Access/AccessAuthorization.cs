using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Authorization;

namespace GrpcTls.AspNetCore;

/// <summary>That the method's rule in the section <c>Access</c> allows the caller.</summary>
internal sealed class AccessRequirement : IAuthorizationRequirement
{
    public const string Policy = "Access";

    internal sealed class Handler(AccessPolicyMonitor rules) : AuthorizationHandler<AccessRequirement, HttpContext>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AccessRequirement requirement, HttpContext call)
        {
            // What is no method has no rule, and so nobody may; but for gRPC's own endpoints, which answer UNIMPLEMENTED to
            // everybody. The Health port has no other service.
            var method = call.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName;
            if (IsUnimplemented(call.GetEndpoint()) || call.Features.Get<ServerPort>()?.Kind == PortKind.Health)
                context.Succeed(requirement);

            // Who sends a token that is no good meant to be somebody: even "anyone" is not for them.
            else if (call.Features.Get<TokenCaller>()?.Refusal is null && method is not null && rules.Current.Find(method)?.Allows(call.GetCaller()) == true)
                context.Succeed(requirement);
            return Task.CompletedTask;
        }

        // gRPC marks them by nothing else than the constraint of their route.
        private static bool IsUnimplemented(Endpoint? endpoint) =>
            endpoint is RouteEndpoint route && route.Metadata.GetMetadata<GrpcMethodMetadata>() is null
            && route.RoutePattern.GetParameter("unimplementedMethod")?.ParameterPolicies is [{ Content: "grpcunimplemented" }];
    }
}

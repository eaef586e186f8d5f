using Greeter.Server.Tls;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Authorization;

namespace Greeter.Server.Callers;

/// <summary>That the method's rule in the section <c>Access</c> allows the caller.</summary>
internal sealed class AccessRequirement : IAuthorizationRequirement
{
    public const string Policy = "Access";

    internal sealed class Handler(AccessRules rules) : AuthorizationHandler<AccessRequirement, HttpContext>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AccessRequirement requirement, HttpContext call)
        {
            // An endpoint without a method answers UNIMPLEMENTED to everybody; the Health port has no other service.
            var method = call.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName;
            if (method is null || call.Features.Get<ServerPort>()?.Kind == PortKind.Health)
                context.Succeed(requirement);

            // Who sends a token that is no good meant to be somebody: even "anyone" is not for them.
            else if (call.Features.Get<CallerOfCall>()?.Refusal is null && rules.Current.Find(method)?.Allows(call.GetCaller()) == true)
                context.Succeed(requirement);
            return Task.CompletedTask;
        }
    }
}

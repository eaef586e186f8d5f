using Greeter.Auth.V1;
using GrpcTls.AspNetCore;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Greeter.Server;

/// <summary>Keeps passwords off the ports without TLS: the call is refused before its body is read.</summary>
internal static class TlsOnly
{
    // By the endpoint and not by the path: routing takes a path in any case of letters.
    public static void UseTlsForSignIn(this WebApplication app) => app.Use((context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName == SignIn.Descriptor.FullName
        && context.Features.Get<ServerPort>() is not { IsTls: true }
            ? context.RefuseAsync(StatusCode.FailedPrecondition, "a password is taken only over TLS: use the tls or the mtls port")
            : next(context));
}

using Greeter.Server.Tls;
using Grpc.Core;

namespace Greeter.Server.Callers;

/// <summary>Keeps passwords off the insecure port: the call is refused before its body is read.</summary>
internal static class TlsOnly
{
    private const string SignIn = "/greeter.auth.v1.SignIn/SignIn";

    public static void UseTlsForSignIn(this WebApplication app) => app.Use((context, next) =>
        context.Request.Path.Equals(SignIn, StringComparison.Ordinal) && context.Features.Get<ServerPort>() is not { Kind: not PortKind.Insecure }
            ? context.RefuseAsync(StatusCode.FailedPrecondition, "a password is taken only over TLS: use the tls or the mtls port")
            : next(context));
}

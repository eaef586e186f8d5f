using Grpc.Core;

namespace GrpcTls.AspNetCore;

/// <summary>Ends calls with UNAVAILABLE when the <see cref="Drain"/> is over.</summary>
internal sealed class DrainInterceptor(Drain drain) : EndingInterceptor
{
    protected override Status Status => new(StatusCode.Unavailable, "the server is shutting down");

    protected override Task? Over(ServerCallContext context) => drain.Over;
}

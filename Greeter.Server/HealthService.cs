using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Greeter.Server;

/// <summary>The standard health protocol, over ASP.NET Core's health checks.</summary>
internal sealed class HealthService(HealthState state) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        state.Knows(request.Service)
            ? Task.FromResult(new HealthCheckResponse { Status = state.Current })
            : throw new RpcException(new Status(StatusCode.NotFound, "unknown service"));

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responses, ServerCallContext context)
    {
        // The protocol wants the stream of an unknown service to stay open: it may become known.
        var isKnown = state.Knows(request.Service);
        using var changes = state.Watch();
        await foreach (var status in changes.ReadAllAsync(context.CancellationToken))
            await responses.WriteAsync(new HealthCheckResponse { Status = isKnown ? status : ServingStatus.ServiceUnknown }, context.CancellationToken);

        // Those who watch would otherwise hold up the server's end until its patience is over.
        throw new RpcException(new Status(StatusCode.Unavailable, "the server is shutting down"));
    }
}

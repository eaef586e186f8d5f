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
        if (!state.Knows(request.Service))
        {
            // The protocol wants the stream to stay open: the service may become known.
            await responses.WriteAsync(new HealthCheckResponse { Status = ServingStatus.ServiceUnknown }, context.CancellationToken);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        using var changes = state.Watch();
        await foreach (var status in changes.ReadAllAsync(context.CancellationToken))
            await responses.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
    }
}

using System.Threading.RateLimiting;
using Greeter.Server.Tls;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.RateLimiting;

namespace Greeter.Server.Callers;

/// <summary>Limits on calls: how many in a second for one caller, and how large a message.</summary>
internal static class CallLimit
{
    public static void AddCallLimit(this WebApplicationBuilder builder)
    {
        builder.Services.AddRateLimiter(_ => { });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<LimitsOptions>((limiter, limits) =>
        {
            limiter.OnRejected = (rejected, _) =>
            {
                rejected.HttpContext.Response.StatusCode = StatusCodes.Status200OK;
                return new ValueTask(rejected.HttpContext.RefuseAsync(StatusCode.ResourceExhausted, "too many calls; slow down"));
            };
            if (limits.CallsPerSecond is { } calls)
                limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(call => RateLimitPartition.GetTokenBucketLimiter(Who(call), _ => Bucket(calls)));
        });
    }

    public static void AddMessageLimit(this IGrpcServerBuilder builder) =>
        builder.Services.AddOptions<GrpcServiceOptions>().Configure<LimitsOptions>((grpc, limits) => grpc.MaxReceiveMessageSize = limits.MaxMessageSize);

    private static string Who(HttpContext call) => call.GetCaller()?.ToString() ?? CallerAddress.Of(call.Connection.RemoteIpAddress);

    private static TokenBucketRateLimiterOptions Bucket(int calls) => new()
    {
        TokenLimit = calls,
        TokensPerPeriod = calls,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    };
}

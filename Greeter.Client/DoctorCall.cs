using GrpcTls.Client;
using GrpcTls;
using Grpc.Core;
using Helloworld;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>The doctor's last step: does what answers there speak gRPC? Any status of a service proves that it does.</summary>
internal static class DoctorCall
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    // https://github.com/grpc/grpc/blob/master/doc/health-checking.md; an empty request asks for the whole server.
    private static readonly Method<byte[], byte[]> HealthCheck = new(MethodType.Unary, "grpc.health.v1.Health", "Check", Bytes, Bytes);

    private static readonly string[] Health = ["unknown", "serving", "not serving", "service unknown"];

    public static async Task<(TlsStep Step, IReadOnlyList<TlsProblem> Problems)> RunAsync(
        Target target, GreetRequest request, ILoggerFactory logs, CancellationToken stop)
    {
        using var channel = TlsChannel.ForAddress(target.Address, target.Credentials(), target.ServerName, logs);
        try
        {
            return (new TlsStep("call", TlsStepStatus.Passed, [await CallAsync(channel, request, stop)]), []);
        }
        catch (RpcException e)
        {
            stop.ThrowIfCancellationRequested();
            var problems = CallFailure.Explain(e, target, request);
            return (new TlsStep("call", TlsStepStatus.Failed, [.. problems.Select(problem => problem.Cause)]), problems);
        }
    }

    private static async Task<string> CallAsync(TlsChannel channel, GreetRequest request, CancellationToken stop)
    {
        CallOptions Call() => new(deadline: DateTime.UtcNow + request.Deadline, cancellationToken: stop);
        try
        {
            // HealthCheckResponse: field 1, a varint below 128.
            var reply = await channel.CreateCallInvoker().AsyncUnaryCall(HealthCheck, host: null, Call(), []);
            return $"health: {(reply is [8, < 4 and var status, ..] ? Health[status] : "unknown")}";
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented && !e.Status.Detail.Contains("Bad gRPC response", StringComparison.Ordinal))
        {
            // No health service: another question.
        }

        try
        {
            return $"SayHello: {(await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = request.Name }, Call())).Message}";
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.Unauthenticated or StatusCode.PermissionDenied)
        {
            return $"a gRPC service answered with {e.StatusCode}";
        }
    }
}

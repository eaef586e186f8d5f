using Grpc.Core;

namespace GrpcTls.Client;

/// <summary>
/// Call credentials whose failure is reported as theirs: otherwise an exception from whatever issues tokens looks like one of the
/// connection.
/// </summary>
internal sealed class ExplainedCredentials : CallCredentialsConfiguratorBase
{
    private readonly List<AsyncAuthInterceptor> _interceptors = [];

    private ExplainedCredentials()
    {
    }

    public static CallCredentials Of(CallCredentials credentials)
    {
        var explained = new ExplainedCredentials();
        credentials.InternalPopulateConfiguration(explained, state: null);
        return CallCredentials.FromInterceptor(explained.RunAsync);
    }

    public override void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials)
    {
        foreach (var one in credentials)
            one.InternalPopulateConfiguration(this, state);
    }

    public override void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor) =>
        _interceptors.Add(interceptor);

    private async Task RunAsync(AuthInterceptorContext context, Metadata metadata)
    {
        try
        {
            foreach (var interceptor in _interceptors)
                await interceptor(context, metadata).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.CancellationToken.IsCancellationRequested && !IsExplained(e))
        {
            var (service, status) = (new Uri(context.ServiceUrl), (e as RpcException)?.Status);
            var problem = TlsProblems.TokenUnavailable.With(
                ("method", $"{service.AbsolutePath.Trim('/')}/{context.MethodName}"), ("address", service.Authority),
                ("reason", status?.Detail ?? e.Message));

            // gRPC's other implementations say UNAVAILABLE too: the call may be tried again.
            var code = status?.StatusCode ?? StatusCode.Unavailable;
            throw new RpcException(new Status(code, problem.ToString(), new TlsException(problem, e)));
        }
    }

    private static bool IsExplained(Exception failure) => failure is RpcException { Status.DebugException: TlsException };
}

using System.CommandLine;
using Greeter.Hosting;
using Grpc.Core;
using Grpc.Health.V1;
using GrpcTls;
using Helloworld;

namespace Greeter.Client;

/// <summary>The command <c>doctor</c>: what is wrong between here and a server, or with the local files alone.</summary>
internal static class Doctor
{
    public static async Task<int> RunAsync(Settings settings, DoctorRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var (subject, diagnosis) = request.FilesOnly
            ? CheckFiles(settings.Reader, request.Where)
            : await CheckServerAsync(settings, request, cancellationToken);

        if (request.Json)
            DoctorReport.WriteJson(terminal.Out, subject, diagnosis);
        else
            DoctorReport.WriteText(terminal, subject, diagnosis);
        return diagnosis.Steps.Any(step => step.Status == TlsStepStatus.Failed) ? ExitCode.Failure : ExitCode.Success;
    }

    private static async Task<(string, TlsDiagnosis)> CheckServerAsync(
        Settings settings, DoctorRequest request, CancellationToken cancellationToken)
    {
        var target = settings.ReadTarget(request.Call.ServerName) with { Source = null };
        var address = new Uri(target.Address);
        if (address.Host.Length == 0) // dns:///host:port
            address = new Uri($"{(target.Material is null ? "http" : "https")}://{address.AbsolutePath.TrimStart('/')}");
        var way = await new TlsProbe(address.DnsSafeHost, address.Port, target.Material, target.ServerName).RunAsync(cancellationToken);
        var (step, problems) = way.Problems.Count > 0
            ? (new TlsStep("call", TlsStepStatus.NotReached, []), [])
            : await CallAsync(target, request.Call, settings, cancellationToken);
        TlsStep[] assumed = DoctorAddress.Step(settings.Reader) is { } said ? [said] : [];
        return (target.Address, new TlsDiagnosis([.. assumed, .. way.Steps, step], [.. way.Problems, .. problems]));
    }

    private static async Task<(TlsStep Step, IReadOnlyList<TlsProblem> Problems)> CallAsync(
        Target target, GreetRequest request, Settings settings, CancellationToken cancellationToken)
    {
        using var channel = target.Channel(settings.Logs);
        try
        {
            return (new TlsStep("call", TlsStepStatus.Passed, [await CallAsync(channel, request, cancellationToken)]), []);
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var problems = CallFailure.Explain(e, target, request);
            return (new TlsStep("call", TlsStepStatus.Failed, [.. problems.Select(problem => problem.Cause)]), problems);
        }
    }

    // Does what answers there speak gRPC? Any status of a service proves that it does.
    private static async Task<string> CallAsync(ChannelBase channel, GreetRequest request, CancellationToken cancellationToken)
    {
        CallOptions Call() => new(deadline: DateTime.UtcNow + request.Deadline, cancellationToken: cancellationToken);
        try
        {
            // https://github.com/grpc/grpc/blob/master/doc/health-checking.md; an empty request asks for the whole server.
            var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), Call());
            return "health: " + health.Status switch
            {
                HealthCheckResponse.Types.ServingStatus.Serving => "serving",
                HealthCheckResponse.Types.ServingStatus.NotServing => "not serving",
                HealthCheckResponse.Types.ServingStatus.ServiceUnknown => "service unknown",
                _ => "unknown",
            };
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented && !CallFailure.IsNotGrpc(e))
        {
            // No health service: another question.
        }

        try
        {
            var hello = new HelloRequest { Name = request.Name };
            var reply = await new Helloworld.Greeter.GreeterClient(channel).SayHelloAsync(hello, Call());
            return $"SayHello: {reply.Message}";
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.Unauthenticated or StatusCode.PermissionDenied)
        {
            return $"a gRPC service answered with {e.StatusCode}";
        }
    }

    // The files of the configuration, or those of a folder by their names.
    private static (string Subject, TlsDiagnosis Diagnosis) CheckFiles(SettingsReader settings, string? folder)
    {
        if (folder is not null)
        {
            var path = Path.GetFullPath(folder);
            return (path, TlsFilesCheck.Run(FilesOf(path), DateTimeOffset.UtcNow));
        }

        var files = TlsSettings.ForClient(settings, provesItself: true);
        settings.ThrowIfAny();
        var subject = Path.GetDirectoryName((files.CertificateChain ?? files.TrustedRoots)!.Path)!;
        return (subject, TlsFilesCheck.Run(files, DateTimeOffset.UtcNow));
    }

    private static TlsFiles FilesOf(string folder)
    {
        var isServer = File.Exists(Path.Combine(folder, "server_cert.pem"));
        var (own, peers) = isServer ? ("server", "client") : ("client", "server");
        TlsFile Named(string name, string role) => new(Path.Combine(folder, name), name, role);
        return new TlsFiles
        {
            Side = isServer ? TlsSide.Server : TlsSide.Client,
            CertificateChain = Named($"{own}_cert.pem", $"the {own}'s certificate chain"),
            PrivateKey = Named($"{own}_key.pem", $"the {own}'s private key"),
            TrustedRoots = Named($"{peers}_ca.pem", $"the roots that may vouch for {peers}s"),
        };
    }
}

/// <summary>What <c>doctor</c> was asked.</summary>
/// <param name="Where">An address, or with <paramref name="FilesOnly"/> a folder; null for what the configuration says.</param>
/// <param name="FilesOnly">Whether only local files are looked at.</param>
/// <param name="Json">Whether the answer is for a program.</param>
/// <param name="Call">How the call at the end is made.</param>
internal sealed record DoctorRequest(string? Where, bool FilesOnly, bool Json, GreetRequest Call)
{
    public static DoctorRequest From(Options options, ParseResult parsed) => new(
        parsed.GetValue(options.Where), parsed.GetValue(options.Files), parsed.GetValue(options.Json), GreetRequest.From(options, parsed));
}

using Greeter.Hosting;
using GrpcTls;
using GrpcTls.Client;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>What is wrong between here and a server, or with the local files alone.</summary>
internal static class DoctorCommand
{
    public static async Task<int> RunAsync(
        SettingsReader settings, DoctorRequest request, Terminal terminal, ILoggerFactory logs, CancellationToken stop)
    {
        var (subject, diagnosis) = request.FilesOnly
            ? DoctorFiles.Check(settings, request.Where)
            : await CheckServerAsync(settings, request, logs, stop);

        if (request.Json)
            DoctorReport.WriteJson(terminal.Out, subject, diagnosis);
        else
            DoctorReport.WriteText(terminal, subject, diagnosis);
        return diagnosis.Steps.Any(step => step.Status == TlsStepStatus.Failed) ? ExitCode.Failure : ExitCode.Success;
    }

    private static async Task<(string, TlsDiagnosis)> CheckServerAsync(
        SettingsReader settings, DoctorRequest request, ILoggerFactory logs, CancellationToken stop)
    {
        var target = ClientSettings.ReadTarget(settings, request.Call.ServerName);
        var way = await ChannelAddress.Probe(new Uri(target.Address), target.Material, target.ServerName).RunAsync(stop);
        var (step, problems) = way.Problems.Count > 0 ? (new TlsStep("call", TlsStepStatus.NotReached, []), [])
            : await DoctorCall.RunAsync(target, request.Call, logs, stop);
        TlsStep[] assumed = DoctorAddress.Step(settings) is { } said ? [said] : [];
        return (target.Address, new TlsDiagnosis([.. assumed, .. way.Steps, step], [.. way.Problems, .. problems]));
    }
}

namespace Greeter.Tls;

/// <summary>Makes the handshakes of a diagnosis and turns what they saw into steps and problems.</summary>
internal sealed class HandshakeProbe(ProbeTarget target, TlsMaterial material)
{
    private readonly List<TlsStep> _steps = [];
    private readonly List<TlsProblem> _problems = [];

    public static async Task<(IReadOnlyList<TlsStep> Steps, IReadOnlyList<TlsProblem> Problems)> RunAsync(ProbeTarget target, TlsMaterial material, CancellationToken stop)
    {
        var probe = new HandshakeProbe(target, material);
        await probe.RunAsync(stop);
        return (probe._steps, probe._problems);
    }

    private async Task RunAsync(CancellationToken stop)
    {
        var seen = await ProbedHandshake.RunAsync(target, material, showsIdentity: true, stop);

        // What the server asks for can only be seen by a client that has nothing to show yet.
        var asking = material.Identity is null ? seen : await ProbedHandshake.RunAsync(target, material, showsIdentity: false, stop);
        if (!seen.SawCertificate && seen.CertificateProblems.Count == 0 && !asking.Asked)
        {
            Step("tls", passed: false, HandshakeFailure.Reason(seen.Failure));
            _problems.Add(await HandshakeFailure.ExplainAsync(seen.Failure, target, stop));
            return;
        }

        Step("tls", passed: true, seen.Agreed ?? asking.Agreed ?? "both sides speak it");
        ServerCertificate(seen.SawCertificate ? seen : asking);
        if (_problems.Count == 0)
            Rest(seen, asking);
    }

    private void ServerCertificate(ProbedHandshake seen)
    {
        if (!seen.SawCertificate && seen.CertificateProblems.Count == 0)
            return;
        Step("certificate", seen.SawCertificate, [.. seen.SentChain.Select(CertificateText.Describe)]);
        var name = seen.CertificateProblems.Where(problem => problem.Id == TlsProblems.ServerNameMismatch.Id).ToArray();
        var others = seen.CertificateProblems.Except(name).ToArray();
        Check("trust", others.Length > 0, others, $"trusted here: {material.Roots}");
        Check("name", name.Length > 0, name, $"it carries {target.Name}");
        _problems.AddRange(seen.CertificateProblems);
    }

    private void Rest(ProbedHandshake seen, ProbedHandshake asking)
    {
        var accepted = asking.AcceptedIssuers.Count == 0 ? "authorities that it does not name" : string.Join("; ", asking.AcceptedIssuers);
        var question = asking.Asked ? $"asked for, from {accepted}" : "not asked for";
        var isAnswered = Http2Greeting.IsSettings(seen.Answer);
        var isSilent = seen.Failure is TimeoutException; // A server that refuses closes.
        var isRefused = asking.Asked && !isAnswered && seen.Answer.Length == 0 && !isSilent;
        if (isRefused)
            _problems.Add(new ClientCertificateDiagnosis(material.Identity, asking.AcceptedIssuers, DateTimeOffset.UtcNow).Explain(HandshakeFailure.Reason(seen.Failure)));
        Step("client-certificate", !isRefused, [question, material.Identity is null ? "none shown" : $"shown: {material.Identity}"]);
        if (isRefused)
            return;

        if (isAnswered && seen.AgreedOnHttp2)
            Step("http2", passed: true, Http2Greeting.DescribeSettings(seen.Answer));
        else
            Http2Failure(seen, question, isSilent);
    }

    private void Http2Failure(ProbedHandshake seen, string question, bool isSilent)
    {
        var answered = isSilent && seen.Answer.Length == 0 ? HandshakeFailure.Reason(seen.Failure) : Http2Greeting.DescribeAnswer(seen.Answer);
        Step("http2", passed: false, $"the answer to the greeting was {answered}");
        _problems.Add((seen.AgreedOnHttp2, seen.Agreed) switch
        {
            (false, not null) when Http2Greeting.IsHttp1(seen.Answer) =>
                TlsProblems.Http1Only.With(("host", target.Host), ("port", target.Port), ("answered", $"answered with {answered}, over {seen.Agreed}")),
            (false, not null) => TlsProblems.AlpnRefused.With(("peer", target.Peer), ("reason", $"agreed on {seen.Agreed}")),
            _ => TlsProblems.HandshakeFailed.With(("peer", target.Peer), ("reason",
                $"the handshake succeeded ({seen.Agreed}), a client certificate was {question}, and the answer to the HTTP/2 greeting was {answered}")),
        });
    }

    private void Check(string name, bool failed, IEnumerable<TlsProblem> problems, string ifPassed) =>
        Step(name, !failed, failed ? [.. problems.Select(problem => $"{problem.Title}: {problem.Cause}")] : [ifPassed]);

    private void Step(string name, bool passed, params string[] details) => _steps.Add(new TlsStep(name, passed ? TlsStepStatus.Passed : TlsStepStatus.Failed, details));
}

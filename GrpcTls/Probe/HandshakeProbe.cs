namespace GrpcTls;

/// <summary>Makes the handshakes of a diagnosis and turns what they saw into steps and problems.</summary>
internal sealed class HandshakeProbe(ProbeTarget target, TlsMaterial material)
{
    private readonly List<TlsStep> _steps = [];
    private readonly List<TlsProblem> _problems = [];

    /// <param name="target">The server.</param>
    /// <param name="material">Identity and roots.</param>
    /// <param name="ending">How a connection ended that the server closed before it said anything; null for none.</param>
    /// <param name="cancellationToken">Ends the probe early.</param>
    public static async Task<(IReadOnlyList<TlsStep> Steps, IReadOnlyList<TlsProblem> Problems)> RunAsync(
        ProbeTarget target, TlsMaterial material, string? ending, CancellationToken cancellationToken)
    {
        var probe = new HandshakeProbe(target, material);
        await probe.RunAsync(ending, cancellationToken).ConfigureAwait(false);
        return (probe._steps, probe._problems);
    }

    private async Task RunAsync(string? ending, CancellationToken cancellationToken)
    {
        // What the server asks for can only be seen by a client that has nothing to show yet. Where it asks for nothing this
        // handshake is whole, and the only one.
        var asking = await ProbedHandshake.RunAsync(target, material, showsIdentity: false, cancellationToken).ConfigureAwait(false);
        var refused = asking.Asked && ending is not null ? Diagnosis(asking).Explain(ending) : null;
        if (refused is not null && refused.Id != TlsProblems.ClientCertificateRefused.Id)
        {
            // To be refused once more would prove nothing, and be one more refusal in the server's log.
            Step("tls", passed: true, "both sides speak it");
            Refused(asking, refused);
            return;
        }

        var seen = asking.Asked
            ? await ProbedHandshake.RunAsync(target, material, showsIdentity: true, cancellationToken).ConfigureAwait(false)
            : asking;
        if (!seen.SawCertificate && seen.CertificateProblems.Count == 0 && !asking.Asked)
        {
            Step("tls", passed: false, HandshakeFailure.Reason(seen.Failure));
            _problems.Add(await ExplainAsync(seen.Failure, cancellationToken).ConfigureAwait(false));
            return;
        }

        Step("tls", passed: true, seen.Agreed ?? "both sides speak it");
        ServerCertificate(seen);
        if (_problems.Count == 0)
            Rest(seen, asking);
    }

    // Where the server showed no certificate.
    private async Task<TlsProblem> ExplainAsync(Exception? failure, CancellationToken cancellationToken)
    {
        var reason = HandshakeFailure.Reason(failure);
        if (failure is TimeoutException)
            return TlsProblems.HandshakeTimeout.With(("peer", target.Peer), ("limit", $"{target.Timeout.TotalSeconds:0} s"));
        if (HandshakeFailure.Explain(reason, target.Peer) is { } problem)
            return problem;

        // It answered with what is no TLS, or closed: perhaps it speaks something without TLS.
        var answer = await PlainProbe.AnswerAsync(target, cancellationToken).ConfigureAwait(false);
        if (Http2Preface.IsSettings(answer) || Http2Preface.IsHttp1(answer) || HandshakeFailure.IsNoTls(reason))
        {
            return TlsProblems.TlsToPlaintextPort.With(
                ("host", target.Host), ("port", target.Port), ("speaks", Http2Preface.DescribeAnswer(answer)));
        }

        return (HandshakeFailure.IsClosed(reason) ? TlsProblems.ClosedInHandshake : TlsProblems.HandshakeFailed)
            .With(("peer", target.Peer), ("reason", reason));
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
        var isAnswered = Http2Preface.IsSettings(seen.Answer);
        var isSilent = seen.Failure is TimeoutException; // A server that refuses closes.
        if (asking.Asked && !isAnswered && seen.Answer.Length == 0 && !isSilent)
        {
            Refused(asking, Diagnosis(asking).Explain(HandshakeFailure.Reason(seen.Failure)));
            return;
        }

        Step("client-certificate", passed: true, Question(asking), Shown);
        if (isAnswered && seen.AgreedOnHttp2)
            Step("http2", passed: true, Http2Preface.DescribeSettings(seen.Answer));
        else
            Http2Failure(seen, Question(asking), isSilent);
    }

    private string Shown => material.Identity is null ? "none shown" : $"shown: {material.Identity}";

    private static string Question(ProbedHandshake asking) => asking switch
    {
        { Asked: false } => "not asked for",
        { AcceptedIssuers.Count: 0 } => "asked for, from authorities that it does not name",
        _ => $"asked for, from {PeerText.List(asking.AcceptedIssuers, "; ")}",
    };

    private ClientCertificateDiagnosis Diagnosis(ProbedHandshake asking) =>
        new(material.Identity, asking.AcceptedIssuers, DateTimeOffset.UtcNow);

    private void Refused(ProbedHandshake asking, TlsProblem problem)
    {
        _problems.Add(problem);
        Step("client-certificate", passed: false, Question(asking), Shown);
    }

    private void Http2Failure(ProbedHandshake seen, string question, bool isSilent)
    {
        var answered = isSilent && seen.Answer.Length == 0
            ? HandshakeFailure.Reason(seen.Failure)
            : Http2Preface.DescribeAnswer(seen.Answer);
        Step("http2", passed: false, $"the answer to the greeting was {answered}");
        _problems.Add((seen.AgreedOnHttp2, seen.Agreed) switch
        {
            (false, not null) when Http2Preface.IsHttp1(seen.Answer) =>
                TlsProblems.Http1Only.With(
                    ("host", target.Host), ("port", target.Port), ("answered", $"answered with {answered}, over {seen.Agreed}")),
            (false, not null) => TlsProblems.AlpnRefused.With(("peer", target.Peer), ("reason", $"agreed on {seen.Agreed}")),
            _ => TlsProblems.HandshakeFailed.With(("peer", target.Peer), ("reason",
                $"the handshake succeeded ({seen.Agreed}), a client certificate was {question}, "
                + $"and the answer to the HTTP/2 greeting was {answered}")),
        });
    }

    private void Check(string name, bool failed, IEnumerable<TlsProblem> problems, string ifPassed) =>
        Step(name, !failed, failed ? [.. problems.Select(problem => $"{problem.Title}: {problem.Cause}")] : [ifPassed]);

    private void Step(string name, bool passed, params string[] details) =>
        _steps.Add(new TlsStep(name, passed ? TlsStepStatus.Passed : TlsStepStatus.Failed, details));
}

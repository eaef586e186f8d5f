using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Says why a handshake was refused: one warning each, but a few per cause and <see cref="LogRateLimit.Window"/> at the most, so
/// that a scanner cannot fill a disk, and a metric that counts them all.
/// </summary>
internal sealed partial class HandshakeRejections(ILogger logger, TimeProvider time, Meter meter)
{
    private readonly Counter<long> _counter = meter.CreateCounter<long>(
        "grpctls.rejections", "{handshake}", "Handshakes that were refused, by problem and endpoint.");

    private readonly ConcurrentDictionary<(string Endpoint, string Problem), LogRateLimit> _limits = new();

    /// <summary>
    /// What <see cref="TlsHandshake.MutualServer"/> reports. Of a certificate that is accepted its chain is remembered, for as long as the
    /// connection lives.
    /// </summary>
    public PeerObserver Observer(TlsMaterial material) => (certificate, chain, errors, revoked) =>
    {
        HandshakeContext.Current?.RememberChain(chain, material);
        if (revoked is not null)
            Report(_ => [revoked], certificate, material.Roots);
        else if (errors != SslPolicyErrors.None)
        {
            Report(
                inWords => Diagnosis(material, inWords).Explain(certificate, chain, errors, askedName: null), certificate, material.Roots);
        }
    };

    /// <summary>What failed besides a certificate, in the flow of its connection.</summary>
    public void Report(TlsProblem problem) => Report(_ => [problem], shown: null, roots: null);

    private PeerDiagnosis Diagnosis(TlsMaterial material, bool inWords) => new(TlsSide.Client, material.Roots, time.GetUtcNow(), inWords);

    // Every rejection is counted by its id; texts are made of what a stranger showed only for those that are logged.
    private void Report(Func<bool, IReadOnlyList<TlsProblem>> explain, X509Certificate2? shown, TlsRoots? roots)
    {
        if (HandshakeContext.Current is not { IsReported: false } handshake || explain(false) is not [var decisive, ..])
            return;
        handshake.IsReported = true;
        _counter.Add(1, new("problem", decisive.Id), new("endpoint", handshake.Endpoint.Name));
        var limit = _limits.GetOrAdd((handshake.Endpoint.Name, decisive.Id), _ => new LogRateLimit(time));
        if (!limit.TryTake(out var suppressed))
            return;
        if (suppressed > 0)
            Log.Suppressed(logger, suppressed, handshake.Endpoint.Name, decisive.Id);
        var problems = explain(true);
        var explanation = string.Join("; also ", problems.Select(problem => $"{problem.Title}: {problem.Cause}"));
        var certificate = shown is null ? "no certificate" : PeerText.Printable(CertificateText.Describe(shown), PeerText.LongestValue);
        var trusted = (roots ?? handshake.Source?.Current.Roots)?.ToString() ?? "nobody is asked";
        Log.Rejected(logger, handshake.Endpoint.Name, handshake.Remote, decisive.Id, explanation, problems[0].Fix, certificate, trusted);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "HandshakeRejected", Level = LogLevel.Warning,
            Message = "refused a handshake on the {Endpoint} port from {Remote} [{Problem}] {Explanation}; fix: {Fix}; shown: {Shown}; "
                + "trusted here: {Trusted}")]
        public static partial void Rejected(
            ILogger logger, string endpoint, string remote, string problem, string explanation, string fix, string shown, string trusted);

        [LoggerMessage(EventId = 2, EventName = "RejectionsSuppressed", Level = LogLevel.Warning,
            Message = "{Count} more rejections on the {Endpoint} port [{Problem}] were not logged")]
        public static partial void Suppressed(ILogger logger, long count, string endpoint, string problem);
    }
}

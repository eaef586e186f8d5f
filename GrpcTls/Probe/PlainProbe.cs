namespace GrpcTls;

/// <summary>Greets a server with HTTP/2 and no TLS, and finds out what it speaks instead.</summary>
internal static class PlainProbe
{
    public static async Task<(TlsStep[] Steps, TlsProblem[] Problems)> RunAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(target, cancellationToken).ConfigureAwait(false);
        if (Http2Preface.IsSettings(answer))
            return ([new TlsStep("http2", TlsStepStatus.Passed, [Http2Preface.DescribeSettings(answer)])], []);

        // Kestrel's TLS port closes without a word; a TLS greeting tells it from a port that is merely broken.
        var speaks = answer.Length == 0 && await SpeaksTlsAsync(target, cancellationToken).ConfigureAwait(false)
            ? "TLS"
            : Http2Preface.DescribeAnswer(answer);
        return ([new TlsStep("http2", TlsStepStatus.Failed, [$"it speaks {speaks}"])], [speaks switch
        {
            "TLS" => TlsProblems.PlaintextToTlsPort.With(("peer", target.Peer)),
            _ when speaks.StartsWith("HTTP/1", StringComparison.Ordinal) =>
                TlsProblems.Http1Only.With(("host", target.Host), ("port", target.Port), ("answered", $"answered with {speaks}")),
            _ => TlsProblems.HandshakeFailed.With(("peer", target.Peer), ("reason", $"answered an HTTP/2 greeting with {speaks}")),
        }]);
    }

    /// <summary>What comes back for a greeting without TLS; nothing where the server closes or stays silent.</summary>
    public static async Task<byte[]> AnswerAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await target.WithConnectionAsync(Http2Preface.ExchangeAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or TimeoutException)
        {
            return [];
        }
    }

    // Nothing is sent over this connection, and its certificate is checked like any other: to have one is enough.
    private static async Task<bool> SpeaksTlsAsync(ProbeTarget target, CancellationToken cancellationToken) =>
        await ProbedHandshake.RunAsync(target, TlsMaterial.FromPem(rootsPem: null), showsIdentity: false, cancellationToken)
            .ConfigureAwait(false)
            is { SawCertificate: true } or { Asked: true };
}

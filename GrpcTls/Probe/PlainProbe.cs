namespace GrpcTls;

/// <summary>Greets a server with HTTP/2 and no TLS, and finds out what it speaks instead.</summary>
internal static class PlainProbe
{
    public static async Task<(TlsStep[] Steps, TlsProblem[] Problems)> RunAsync(ProbeTarget target, CancellationToken stop)
    {
        var answer = await AnswerAsync(target, stop);
        if (Http2Preface.IsSettings(answer))
            return ([new TlsStep("http2", TlsStepStatus.Passed, [Http2Preface.DescribeSettings(answer)])], []);

        // Kestrel's TLS port closes without a word; a TLS greeting tells it from a port that is merely broken.
        var speaks = answer.Length == 0 && await SpeaksTlsAsync(target, stop) ? "TLS" : Http2Preface.DescribeAnswer(answer);
        return ([new TlsStep("http2", TlsStepStatus.Failed, [$"it speaks {speaks}"])], [speaks switch
        {
            "TLS" => TlsProblems.PlaintextToTlsPort.With(("peer", target.Peer)),
            _ when speaks.StartsWith("HTTP/1", StringComparison.Ordinal) =>
                TlsProblems.Http1Only.With(("host", target.Host), ("port", target.Port), ("answered", $"answered with {speaks}")),
            _ => TlsProblems.HandshakeFailed.With(("peer", target.Peer), ("reason", $"answered an HTTP/2 greeting with {speaks}")),
        }]);
    }

    /// <summary>What comes back for a greeting without TLS; nothing where the server closes or stays silent.</summary>
    public static async Task<byte[]> AnswerAsync(ProbeTarget target, CancellationToken stop)
    {
        try
        {
            return await target.WithConnectionAsync(Http2Preface.ExchangeAsync, stop);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or TimeoutException)
        {
            return [];
        }
    }

    // Nothing is sent over this connection, and its certificate is checked like any other: to have one is enough.
    private static async Task<bool> SpeaksTlsAsync(ProbeTarget target, CancellationToken stop) =>
        await ProbedHandshake.RunAsync(target, TlsMaterial.FromPem(rootsPem: null), showsIdentity: false, stop)
            is { SawCertificate: true } or { Asked: true };
}

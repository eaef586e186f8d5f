using System.Text.RegularExpressions;

namespace GrpcTls;

/// <summary>What an exception of a handshake means. The platform's texts are the only place where a TLS alert's name arrives.</summary>
public static partial class HandshakeFailure
{
    /// <summary>The innermost reason, short: the alert's or OpenSSL's words where there are any.</summary>
    /// <param name="failure">What the handshake threw; null where the peer closed after it.</param>
    public static string Reason(Exception? failure)
    {
        if (failure is null)
            return "the connection was closed";
        var innermost = failure.GetBaseException();
        var alert = OpenSsl().Match(innermost.Message);
        return alert.Success ? alert.Groups[1].Value : innermost.Message.TrimEnd('.');
    }

    /// <summary>What a server can say about a handshake that failed for another reason than the client's certificate.</summary>
    /// <param name="failure">What the handshake threw.</param>
    /// <param name="peer">The client.</param>
    /// <returns>The problem; null where the client merely went away.</returns>
    public static TlsProblem? ExplainOnServer(Exception failure, string peer)
    {
        var reason = Reason(failure);
        if (IsNoTls(reason))
            return TlsProblems.PlaintextToTlsPort.With(("peer", peer));
        if (IsClosed(reason))
            return null;
        if (IsBadCertificate(reason))
            return PeerDiagnosis.Unreadable(TlsSide.Client, failure);
        return Explain(reason, peer)
            ?? (Has(reason, "alert") ? TlsProblems.ClientRefusedServer : TlsProblems.HandshakeFailed)
                .With(("peer", peer), ("reason", reason));
    }

    /// <summary>What the two sides could not agree on; null for anything else.</summary>
    internal static TlsProblem? Explain(string reason, string peer)
    {
        var problem = reason switch
        {
            _ when Has(reason, "application protocol") => TlsProblems.AlpnRefused,
            _ when Has(reason, "protocol version") || Has(reason, "unsupported protocol") || Has(reason, "no protocols available") =>
                TlsProblems.TlsVersion,
            _ => null,
        };
        return problem?.With(("peer", peer), ("reason", reason));
    }

    /// <summary>Whether the other side spoke something that is no TLS.</summary>
    internal static bool IsNoTls(string reason) => Has(reason, "frame size") || Has(reason, "wrong version number");

    /// <summary>Whether the other side simply went away.</summary>
    internal static bool IsClosed(string reason) =>
        Has(reason, "unexpected EOF") || Has(reason, "reset by peer") || Has(reason, "broken pipe");

    /// <summary>Whether OpenSSL could not read the other side's certificate: it says so in these two of its parts alone.</summary>
    private static bool IsBadCertificate(string reason) => Has(reason, "X509 V3 routines") || Has(reason, "asn1 encoding routines");

    private static bool Has(string reason, string words) => reason.Contains(words, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("SSL routines:[^:]*:(.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex OpenSsl();
}

using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace GrpcTls.AspNetCore;

/// <summary>
/// A client that offers no protocol by ALPN gets through the handshake; Kestrel would then log an error for each, with no
/// limit and no address. Comes after the handshake in the pipeline.
/// </summary>
internal static class Http2Only
{
    public static void RequireHttp2(this ListenOptions listen, HandshakeRejections refusals) =>
        listen.Use(next => connection =>
        {
            HandshakeContext.Current?.IsOver = true;
            return IsHttp2(connection) ? next(connection) : Refuse(refusals);
        });

    private static bool IsHttp2(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>() is { } agreed
        && agreed.ApplicationProtocol.Span.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span);

    private static Task Refuse(HandshakeRejections refusals)
    {
        refusals.Report(TlsProblems.AlpnRefused.With(("peer", HandshakeContext.Current?.Remote ?? "somebody"), ("reason", "the client offered no protocol")));
        return Task.CompletedTask;
    }
}

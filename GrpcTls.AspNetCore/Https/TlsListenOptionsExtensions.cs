using GrpcTls;
using GrpcTls.AspNetCore;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>TLS for an endpoint of Kestrel, where <c>UseHttps</c> would stand.</summary>
public static class TlsListenOptionsExtensions
{
    /// <summary>
    /// TLS 1.2 and 1.3 with the certificate that <c>AddTls</c> names; clients show none. The files are read when the host starts and then
    /// watched: each handshake uses the newest. Handshakes that fail are explained in the log and counted in <c>grpctls.rejections</c>,
    /// whatever the logging set-up. Connections end gracefully. The endpoint's protocols stay as they are.
    /// </summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="name">The set of files, as it was named in <c>AddTls</c>; empty for the one without a name.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="TlsException">The program does not call <c>AddTls</c>.</exception>
    public static ListenOptions UseTls(this ListenOptions listen, string name = "") => TlsEndpoint.Use(listen, name, isMutual: false);

    /// <summary>
    /// The same as <see cref="UseTls"/>, and lets in only clients whose certificate the trusted roots vouch for. An open connection
    /// ends gracefully when its client would no longer be let in: its certificate has expired or was revoked, or its root was removed.
    /// </summary>
    /// <inheritdoc cref="UseTls"/>
    public static ListenOptions UseMutualTls(this ListenOptions listen, string name = "") => TlsEndpoint.Use(listen, name, isMutual: true);

    /// <summary>
    /// For an endpoint without TLS: its connections end gracefully, and the limits of <see cref="TlsConnectionOptions"/> hold, as they
    /// do on endpoints with TLS.
    /// </summary>
    /// <param name="listen">The endpoint.</param>
    /// <returns>The endpoint.</returns>
    public static ListenOptions UseGracefulClose(this ListenOptions listen) => TlsEndpoint.UseWithoutTls(listen);

    /// <summary>
    /// Names the endpoint in logs and metrics, see <see cref="TlsEndpointFeature"/>. Stands before the endpoint's other <c>Use</c> calls.
    /// </summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="name">The name.</param>
    /// <returns>The endpoint.</returns>
    public static ListenOptions UseEndpointName(this ListenOptions listen, string name)
    {
        var feature = new TlsEndpointFeature(name, IsTls: false, IsMutual: false);
        listen.Use(next => connection =>
        {
            connection.Features.Set(feature);
            return next(connection);
        });
        return listen;
    }

    /// <summary>
    /// Closes connections above a limit before a byte of them is read. Stands before <see cref="UseTls"/> and its like; endpoints with
    /// the same limit are counted together.
    /// </summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="limit">The limit.</param>
    /// <returns>The endpoint.</returns>
    public static ListenOptions UseConnectionLimit(this ListenOptions listen, ConnectionLimit limit)
    {
        var closed = TlsServerServices.Of(listen.ApplicationServices).Closed;
        listen.Use(next => limit.Take(closed, next));
        return listen;
    }
}

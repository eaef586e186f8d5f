using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace GrpcTls.AspNetCore;

/// <summary>Puts together what a connection goes through, before, in and after its handshake.</summary>
internal static class TlsEndpoint
{
    public static ListenOptions Use(ListenOptions listen, string set, bool isMutual)
    {
        var server = TlsServerServices.Of(listen.ApplicationServices);
        var sources = listen.ApplicationServices.GetService<TlsMaterialSources>() ?? throw new TlsException(
            TlsProblems.TlsNotConfigured.With(("set", set.Length == 0 ? "the set without a name" : $"the set '{set}'")));
        sources.Require(new TlsRequirement(set, TlsSide.Server, isMutual));
        var endpoint = new Lazy<Material>(
            () => new Material(sources.Get(TlsSide.Server, set), listen, server, isMutual), LazyThreadSafetyMode.PublicationOnly);
        if (isMutual)
            server.WhenStarted(() => _ = endpoint.Value);

        var unnamed = new TlsEndpointFeature(isMutual ? "mtls" : "tls", IsTls: true, isMutual);
        Begin(listen, unnamed, () => isMutual ? endpoint.Value.Source : null);
        listen.Use(new HandshakeGuard(server.Rejections).Before);
        UseHttps(listen, server, () => endpoint.Value.Options.Current);
        listen.Use(next => AfterHandshake(listen, server.Rejections, next));
        if (isMutual)
            listen.Use(IdentifyCaller);
        Serve(listen, server);
        return listen;
    }

    public static ListenOptions UseWithoutTls(ListenOptions listen)
    {
        Begin(listen, new TlsEndpointFeature("plaintext", IsTls: false, IsMutual: false), () => null);
        Serve(listen, TlsServerServices.Of(listen.ApplicationServices));
        return listen;
    }

    private static void Begin(ListenOptions listen, TlsEndpointFeature unnamed, Func<TlsMaterialSource?> source) =>
        listen.Use(next => connection => Begin(connection, unnamed, source, next));

    private static Task Begin(
        ConnectionContext connection, TlsEndpointFeature unnamed, Func<TlsMaterialSource?> source, ConnectionDelegate next)
    {
        var endpoint = connection.Features.Get<TlsEndpointFeature>() is { } named ? unnamed with { Name = named.Name } : unnamed;
        connection.Features.Set(endpoint);
        connection.Features.Set(new ConnectionAddress((connection.RemoteEndPoint as IPEndPoint)?.Address));
        HandshakeContext.Begin(endpoint, connection.RemoteEndPoint, source());
        return next(connection);
    }

    private static void Serve(ListenOptions listen, TlsServerServices server)
    {
        listen.Use(server.Tracker.Track);
        listen.Use(next =>
        {
            var inFlight = InFlight(listen.KestrelServerOptions.Limits.Http2);
            var closing = new GracefulClose(server.Options.HandshakeTimeout, inFlight, server.Closed, server.Time);
            var close = closing.Close(next);
            return connection => SpeaksHttp2(listen, connection) ? close(connection) : next(connection);
        });
    }

    // Kestrel says why a handshake failed in its log alone, and asks the endpoint's services for that: in UseHttps, or when the
    // pipeline is built, from the last part to the first. Both times it is given a log that hears it first: no provider, filter
    // or level stands between.
    private static void UseHttps(ListenOptions listen, TlsServerServices server, Func<SslServerAuthenticationOptions> options)
    {
        var kestrel = listen.KestrelServerOptions;
        var services = kestrel.ApplicationServices;
        var listening = new KestrelHandshakeLog(services, server.Rejections);
        listen.Use(next => With(services, next));
        kestrel.ApplicationServices = listening;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(options()),
            HandshakeTimeout = server.Options.HandshakeTimeout,
        });
        kestrel.ApplicationServices = services;
        listen.Use(next => With(listening, next));

        ConnectionDelegate With(IServiceProvider provider, ConnectionDelegate next)
        {
            kestrel.ApplicationServices = provider;
            return next;
        }
    }

    // A client that offers no protocol by ALPN gets through the handshake; where only HTTP/2 is spoken, Kestrel would then log an
    // error for each, with no limit and no address.
    private static ConnectionDelegate AfterHandshake(
        ListenOptions listen, HandshakeRejections rejections, ConnectionDelegate next) => connection =>
    {
        HandshakeContext.Current?.IsOver = true;
        if (listen.Protocols != HttpProtocols.Http2 || SpeaksHttp2(listen, connection))
            return next(connection);
        rejections.Report(TlsProblems.AlpnRefused.With(
            ("peer", HandshakeContext.Current?.Remote ?? "somebody"), ("reason", "the client offered no protocol")));
        return Task.CompletedTask;
    };

    // Without TLS nothing is negotiated: HTTP/2 is spoken where the endpoint has nothing else.
    private static bool SpeaksHttp2(ListenOptions listen, ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>() is { } agreed
            ? agreed.ApplicationProtocol.Span.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span)
            : listen.Protocols == HttpProtocols.Http2;

    // Once for a connection: its calls share what the handshake has verified.
    private static ConnectionDelegate IdentifyCaller(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate)
            connection.Features.Set(CertificateCaller.From(certificate));
        return next(connection);
    };

    // What a client that keeps to HTTP/2 may have sent before it reads the GOAWAY: data up to the connection's window (RFC 9113,
    // section 5.2), and headers of as many calls as it may have.
    private static long InFlight(Http2Limits limits) =>
        limits.InitialConnectionWindowSize + ((long)limits.MaxStreamsPerConnection * limits.MaxRequestHeaderFieldSize);

    /// <summary>The files of an endpoint, once they are loaded.</summary>
    private sealed class Material
    {
        public Material(TlsMaterialSource source, ListenOptions listen, TlsServerServices server, bool isMutual)
        {
            Source = source;
            Options = new ServerTlsOptionsCache(source, () => listen.Protocols, isMutual
                ? material => TlsHandshake.MutualServer(material, server.Rejections.Observer(material))
                : TlsHandshake.Server);
            if (isMutual)
                server.Watch(source);
        }

        public TlsMaterialSource Source { get; }

        public ServerTlsOptionsCache Options { get; }
    }
}

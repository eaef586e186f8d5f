using System.Net;
using Greeter.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GrpcTls.AspNetCore;

/// <summary>The ports that are on, and the material that they use. What people copy calls <see cref="AddTlsPorts(WebApplicationBuilder)"/>.</summary>
internal static class TlsPorts
{
    /// <summary>Opens the ports of the section <c>Ports</c>.</summary>
    /// <exception cref="TlsException">The configuration or the files cannot be used; all problems are in it.</exception>
    public static void AddTlsPorts(this WebApplicationBuilder builder)
    {
        var settings = new SettingsReader(builder.Configuration, builder.Environment.ContentRootPath);
        builder.AddTlsPorts(settings);
        settings.ThrowIfAny();
    }

    /// <summary>The same, for a program with more sections: what is wrong is noted in <paramref name="settings"/>.</summary>
    public static void AddTlsPorts(this WebApplicationBuilder builder, SettingsReader settings)
    {
        RefuseForeignEndpoints(builder.Configuration, settings);
        var wanted = Wanted(settings);
        var limits = settings.Read<LimitsOptions>(LimitsOptions.Section);
        var options = wanted.Exists(port => port.IsTls) ? settings.Read<TlsOptions>(TlsOptions.Section) : new TlsOptions();
        var source = LoadMaterial(settings, options, wanted);

        builder.Services.AddSingleton(limits);
        builder.Services.AddSingleton(_ => new PortSockets(wanted)); // From a factory, so that the container disposes it.
        builder.Services.AddSingleton<IReadOnlyList<ServerPort>>(
            provider => [.. provider.GetRequiredService<PortSockets>().Bind().Select(bound => bound.Port)]);
        if (source is not null)
            builder.Services.AddSingleton(source);
        builder.Services.AddSingleton(provider => new ConnectionTracker(
            source, options.RefreshInterval, limits, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ConnectionTracker>());

        if (source is not null && wanted.Exists(port => port.Kind == PortKind.Mtls))
            builder.Services.AddHostedService<RootsAdvice>();
        builder.Services.AddSingleton<ConnectionShares>();
        builder.Services.AddSingleton<ClosedConnections>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HandshakeRejections>();
        builder.Services.AddSingleton<ILoggerProvider, KestrelHandshakeLogListener>();
        builder.Logging.AddFilter<KestrelHandshakeLogListener>(category: null, LogLevel.None).AddFilter<KestrelHandshakeLogListener>(KestrelHandshakeLogListener.Category, LogLevel.Debug);

        builder.WebHost.UseSockets();
        builder.Services.AddOptions<SocketTransportOptions>().Configure<PortSockets>(
            (transport, sockets) => transport.CreateBoundListenSocket = sockets.Take);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            limits.Apply(kestrel.Limits);
        });
        builder.Services.AddHostedService(provider => new PortOpening(
            provider.GetRequiredService<PortSockets>(), provider.GetRequiredService<IOptions<KestrelServerOptions>>(),
            (listen, port) => Configure(listen, port, source, limits)));
    }

    private static void Configure(ListenOptions listen, ServerPort port, TlsMaterialSource? source, LimitsOptions limits)
    {
        listen.Protocols = HttpProtocols.Http2; // gRPC needs it, and without TLS nothing could be negotiated anyway.
        var services = listen.ApplicationServices;
        var shares = services.GetRequiredService<ConnectionShares>();
        listen.Use(next => shares.Take(port, next));
        listen.Use(next => connection =>
        {
            connection.Features.Set(port);
            connection.Features.Set(new ConnectionAddress((connection.RemoteEndPoint as IPEndPoint)?.Address));
            HandshakeContext.Begin(port, connection.RemoteEndPoint);
            return next(connection);
        });
        var keeper = services.GetRequiredService<ConnectionTracker>();
        var closing = new GracefulClose(
            port, limits.HandshakeTimeout, InFlight(listen.KestrelServerOptions.Limits.Http2),
            services.GetRequiredService<ClosedConnections>(), services.GetRequiredService<TimeProvider>());
        if (!port.IsTls)
        {
            listen.Use(keeper.Keep);
            listen.Use(closing.Close);
            return;
        }

        var refusals = services.GetRequiredService<HandshakeRejections>();
        var options = new ServerTlsOptionsCache(source!, port.Kind == PortKind.Tls
            ? TlsHandshake.Server
            : material => TlsHandshake.MutualServer(material, refusals.Observer(material)));
        listen.Use(new HandshakeGuard(refusals).Before);
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(options.Current),
            HandshakeTimeout = limits.HandshakeTimeout,
        });
        listen.RequireHttp2(refusals);
        if (port.Kind == PortKind.Mtls)
            listen.Use(IdentifyCaller);
        listen.Use(keeper.Keep);
        listen.Use(closing.Close);
    }

    // What a client that keeps to HTTP/2 may have sent before it reads the GOAWAY: data up to the connection's window (RFC 9113,
    // section 5.2), and headers of as many calls as it may have.
    private static long InFlight(Http2Limits limits) =>
        limits.InitialConnectionWindowSize + ((long)limits.MaxStreamsPerConnection * limits.MaxRequestHeaderFieldSize);

    // Once for a connection: its calls share what the handshake has verified.
    private static ConnectionDelegate IdentifyCaller(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate)
            connection.Features.Set(CertificateCaller.From(certificate));
        return next(connection);
    };

    // Kestrel would open these too: a port on every network without TLS, from one variable of the environment.
    private static void RefuseForeignEndpoints(ConfigurationManager configuration, SettingsReader settings)
    {
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().FirstOrDefault() is { } endpoint)
            settings.Add(TlsProblems.ForeignEndpoints.With(("setting", endpoint.Path), ("origin", settings.Origin(endpoint.Path))));
    }

    private static List<ServerPort> Wanted(SettingsReader settings)
    {
        var numbers = settings.Read<PortsOptions>(PortsOptions.Section);
        var scopes = settings.Read<ListenScopeOptions>(ListenScopeOptions.Section);
        var ports = new List<ServerPort>();
        void Add(PortKind kind, int? number, ListenScope scope)
        {
            if (number is not null)
                ports.Add(new ServerPort(kind, number.Value, scope));
        }

        Add(PortKind.Insecure, numbers.Insecure, scopes.Insecure);
        Add(PortKind.Tls, numbers.Tls, scopes.Tls);
        Add(PortKind.Mtls, numbers.Mtls, scopes.Mtls);
        Add(PortKind.Health, numbers.Health, scopes.Health);
        if (ports.Count == 0 && !settings.HasAny)
            settings.Add(TlsProblems.NoPorts.With(("settings", string.Join(", ", Enum.GetNames<PortKind>().Select(kind => $"{PortsOptions.Section}:{kind}")))));
        return ports;
    }

    private static TlsMaterialSource? LoadMaterial(SettingsReader settings, TlsOptions options, List<ServerPort> ports)
    {
        if (!ports.Exists(port => port.IsTls))
            return null; // Settings that the ports don't use are not read.
        var files = TlsSettings.ForServer(settings, options, verifiesClients: ports.Exists(port => port.Kind == PortKind.Mtls));
        return settings.Try(() => new TlsMaterialSource(files));
    }
}

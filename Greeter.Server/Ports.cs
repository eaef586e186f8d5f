using System.ComponentModel.DataAnnotations;
using Greeter.Hosting;
using GrpcTls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Greeter.Server;

/// <summary>What a port proves about the two ends.</summary>
internal enum PortKind
{
    /// <summary>HTTP/2 without TLS: nobody is proven.</summary>
    Insecure,

    /// <summary>The client knows the server.</summary>
    Tls,

    /// <summary>Both know each other.</summary>
    Mtls,

    /// <summary>HTTP/2 without TLS, for Kubernetes' probes: serves the health service and nothing else.</summary>
    Health,
}

/// <summary>From where a port can be reached.</summary>
internal enum ListenScope
{
    /// <summary>From this machine only.</summary>
    Loopback,

    /// <summary>From every network that this machine is in.</summary>
    Any,
}

/// <summary>The section <c>Ports</c>: empty = off, 0 = any free port.</summary>
internal sealed class PortsOptions
{
    public const string Section = "Ports";

    [Range(0, 65535)]
    public int? Insecure { get; set; }

    [Range(0, 65535)]
    public int? Tls { get; set; }

    [Range(0, 65535)]
    public int? Mtls { get; set; }

    [Range(0, 65535)]
    public int? Health { get; set; }
}

/// <summary>The section <c>Listen</c>: from where each port can be reached.</summary>
internal sealed class ListenScopeOptions
{
    public const string Section = "Listen";

    public ListenScope Insecure { get; set; }

    public ListenScope Tls { get; set; }

    public ListenScope Mtls { get; set; }

    public ListenScope Health { get; set; }
}

/// <summary>A port that is on.</summary>
/// <param name="Kind">What it proves.</param>
/// <param name="Number">Its number; never 0 once it is bound.</param>
/// <param name="Scope">From where it can be reached.</param>
internal sealed record ServerPort(PortKind Kind, int Number, ListenScope Scope)
{
    /// <summary>The name in logs, metrics and headers.</summary>
    public string Name => Kind.ToString().ToLowerInvariant();

    public string Setting => $"{PortsOptions.Section}:{Kind}";

    public bool IsTls => Kind is PortKind.Tls or PortKind.Mtls;

    public string Url => $"{(IsTls ? "https" : "http")}://{(Scope == ListenScope.Any ? "0.0.0.0" : "localhost")}:{Number}";
}

/// <summary>The ports that are on, each with its transport.</summary>
internal static class PortsExtensions
{
    /// <summary>Opens the ports of the section <c>Ports</c> when the host starts.</summary>
    public static void AddPorts(this WebApplicationBuilder builder, SettingsReader settings)
    {
        RefuseForeignEndpoints(builder.Configuration, settings);
        var wanted = Wanted(settings);
        CheckTls(settings, wanted);
        builder.Services.AddSingleton(_ => new PortSockets(wanted)); // From a factory, so that the container disposes it.
        builder.Services.AddSingleton<IReadOnlyList<ServerPort>>(
            provider => [.. provider.GetRequiredService<PortSockets>().Bind().Select(bound => bound.Port)]);
        builder.Services.AddHostedService(provider => new PortOpening(
            provider.GetRequiredService<PortSockets>(), provider.GetRequiredService<IOptions<KestrelServerOptions>>(), Configure));
        builder.WebHost.UseSockets();
        builder.Services.AddOptions<SocketTransportOptions>().Configure<PortSockets>(
            (transport, sockets) => transport.CreateBoundListenSocket = sockets.Take);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
    }

    private static void Configure(ListenOptions listen, ServerPort port)
    {
        listen.Protocols = HttpProtocols.Http2; // gRPC needs it, and without TLS nothing could be negotiated anyway.
        listen.UseEndpointName(port.Name).UseConnectionLimit(ConnectionLimits.Of(listen, port.Kind));
        _ = port.Kind switch
        {
            PortKind.Tls => listen.UseTls(),
            PortKind.Mtls => listen.UseMutualTls(),
            _ => listen.UseGracefulClose(),
        };
    }

    // The library reads the files when the host starts. Here they are told with all that is wrong elsewhere, and with where a
    // setting comes from.
    private static void CheckTls(SettingsReader settings, List<ServerPort> wanted)
    {
        if (!wanted.Exists(port => port.IsTls))
            return; // Settings that the ports don't use are not read.
        var options = settings.Read<TlsOptions>(TlsOptions.Section);
        var files = TlsSettings.ForServer(settings, options, verifiesClients: wanted.Exists(port => port.Kind == PortKind.Mtls));
        settings.Try(() => TlsMaterial.Load(files));
    }

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
        {
            settings.Add(TlsProblems.NoPorts.With(
                ("settings", string.Join(", ", Enum.GetNames<PortKind>().Select(kind => $"{PortsOptions.Section}:{kind}")))));
        }

        return ports;
    }
}

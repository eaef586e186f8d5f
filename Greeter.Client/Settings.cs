using Greeter.Hosting;
using Grpc.Core;
using Grpc.Net.Client;
using GrpcTls;
using GrpcTls.Client;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>What the configuration and the command line say, checked.</summary>
/// <param name="reader">Reads the sample's own sections, and collects what is wrong.</param>
/// <param name="sources">The files of the section <c>Tls</c>, loaded when they are asked for, and watched from then on.</param>
/// <param name="logs">Where logs go.</param>
internal sealed class Settings(SettingsReader reader, TlsMaterialSources sources, ILoggerFactory logs)
{
    public SettingsReader Reader => reader;

    public ILoggerFactory Logs => logs;

    /// <summary>The target for the chosen credentials.</summary>
    /// <exception cref="TlsException">A setting or a file cannot be used; all problems are in it.</exception>
    public Target ReadTarget(string? serverName)
    {
        var kind = reader.Read(nameof(Target.Credentials), CredentialsKind.Mtls);
        var address = reader.Read<AddressesOptions>(AddressesOptions.Section).For(kind);
        CheckScheme(kind, address);
        var source = kind == CredentialsKind.Insecure ? null : ReadSource(isMutual: kind == CredentialsKind.Mtls);
        reader.ThrowIfAny();
        return new Target(address, kind, source?.Current, serverName) { Source = source };
    }

    /// <summary>Identity and roots, or null after noting what is wrong with them.</summary>
    public TlsMaterialSource? ReadSource(bool isMutual) => reader.Try(() => isMutual ? sources.ForMutualClient() : sources.ForClient());

    /// <summary>Notes what is wrong with an address, whatever its scheme.</summary>
    public Uri? ReadAddress(CredentialsKind kind, string address)
    {
        var setting = $"{AddressesOptions.Section}:{kind}";
        var example = $"an address like {Scheme(kind)}://localhost:5005{(int)kind + 1}";
        if (address.LastIndexOf('@') is >= 0 and var at)
        {
            // What stands before the @ may be a password: it is neither sent by gRPC nor shown here.
            reader.Add(reader.Invalid(setting, $"{example}, without a user or a password", $"***{address[at..]}"));
            return null;
        }

        if (Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == "dns" || (uri.Scheme is "http" or "https" && uri.Host != "")))
            return uri;
        reader.Add(reader.Invalid(setting, example));
        return null;
    }

    private void CheckScheme(CredentialsKind kind, string address)
    {
        if (ReadAddress(kind, address) is not { } uri || uri.Scheme == "dns" || uri.Scheme == Scheme(kind))
            return;
        reader.Add(TlsProblems.SchemeMismatch.With(
            ("setting", reader.Name($"{AddressesOptions.Section}:{kind}")), ("address", address),
            ("credentials", kind.ToString().ToLowerInvariant()), ("scheme", Scheme(kind) + "://"),
            ("other", Scheme(kind) == "http" ? "tls" : "insecure")));
    }

    private static string Scheme(CredentialsKind kind) => kind == CredentialsKind.Insecure ? "http" : "https";
}

/// <summary>The setting <c>Credentials</c>: who proves to whom who they are.</summary>
internal enum CredentialsKind
{
    /// <summary>Nobody.</summary>
    Insecure,

    /// <summary>The server to the client.</summary>
    Tls,

    /// <summary>Both.</summary>
    Mtls,
}

/// <summary>The section <c>Addresses</c>: where to call with each kind of credentials.</summary>
internal sealed class AddressesOptions
{
    public const string Section = "Addresses";

    public string Insecure { get; set; } = "http://localhost:50051";

    public string Tls { get; set; } = "https://localhost:50052";

    public string Mtls { get; set; } = "https://localhost:50053";

    public string For(CredentialsKind credentials) => credentials switch
    {
        CredentialsKind.Insecure => Insecure,
        CredentialsKind.Tls => Tls,
        _ => Mtls,
    };
}

/// <summary>Whom to call, and how each side proves who it is.</summary>
/// <param name="Address">Where to.</param>
/// <param name="Kind">Which credentials.</param>
/// <param name="Material">Identity and roots; null for insecure credentials.</param>
/// <param name="ServerName">The name to verify instead of the address's; null for that.</param>
internal sealed record Target(string Address, CredentialsKind Kind, TlsMaterial? Material, string? ServerName)
{
    /// <summary>What goes along with each call; null for nothing.</summary>
    public CallCredentials? Token { get; init; }

    /// <summary>Gives newer material as its files change; null for the one material.</summary>
    public TlsMaterialSource? Source { get; init; }

    /// <summary>A channel to it; with a source its new connections show the newest certificate.</summary>
    public GrpcChannel Channel(ILoggerFactory logs)
    {
        var options = new GrpcChannelOptions { LoggerFactory = logs };
        return Source is null
            ? TlsChannel.ForAddress(Address, Credentials(), options, ServerName)
            : TlsChannel.ForAddress(Address, Source, Token, options, ServerName);
    }

    /// <summary>The channel's credentials, with the token on top where there is one.</summary>
    public ChannelCredentials Credentials() => Token is null ? ChannelOnly() : ChannelCredentials.Create(ChannelOnly(), Token);

    /// <summary>The credentials, the same in every language: none, the roots, or the roots with certificate and key.</summary>
    private ChannelCredentials ChannelOnly() => Kind switch
    {
        CredentialsKind.Insecure => ChannelCredentials.Insecure,
        CredentialsKind.Tls => Material!.Roots.Pem is { } serverCaPem ? new SslCredentials(serverCaPem) : new SslCredentials(),

        // No PEM text stands for the operating system's authorities here too, though the parameter is not declared so.
        _ => new SslCredentials(
            Material!.Roots.Pem!, new KeyCertificatePair(Material.Identity!.ChainPem, Material.Identity.ExportPrivateKeyPem())),
    };
}

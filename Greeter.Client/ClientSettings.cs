using Greeter.Hosting;
using GrpcTls;

namespace Greeter.Client;

/// <summary>What the configuration and the command line say, checked.</summary>
internal static class ClientSettings
{
    /// <summary>The target for the chosen credentials.</summary>
    /// <exception cref="TlsException">A setting or a file cannot be used; all problems are in it.</exception>
    public static Target ReadTarget(SettingsReader settings, string? serverName)
    {
        var kind = settings.Read(nameof(Target.Credentials), CredentialsKind.Mtls);
        var address = settings.Read<AddressesOptions>(AddressesOptions.Section).For(kind);
        CheckAddress(settings, kind, address);
        var refresh = settings.Read<TlsOptions>(TlsOptions.Section).RefreshInterval;
        var source = kind == CredentialsKind.Insecure ? null : ReadSource(settings, provesItself: kind == CredentialsKind.Mtls);
        settings.ThrowIfAny();
        return new Target(address, kind, source?.Current, serverName) { Source = source, RefreshInterval = refresh };
    }

    /// <summary>The material, or null after noting what is wrong with it.</summary>
    public static TlsMaterial? ReadMaterial(SettingsReader settings, bool provesItself)
    {
        settings.Read<TlsOptions>(TlsOptions.Section);
        return ReadSource(settings, provesItself)?.Current;
    }

    /// <summary>Notes what is wrong with an address, whatever its scheme.</summary>
    public static Uri? ReadAddress(SettingsReader settings, CredentialsKind kind, string address)
    {
        var setting = $"{AddressesOptions.Section}:{kind}";
        var example = $"an address like {Scheme(kind)}://localhost:5005{(int)kind + 1}";
        if (address.LastIndexOf('@') is >= 0 and var at)
        {
            // What stands before the @ may be a password: it is neither sent by gRPC nor shown here.
            settings.Add(settings.Invalid(setting, $"{example}, without a user or a password", $"***{address[at..]}"));
            return null;
        }

        if (Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == "dns" || (uri.Scheme is "http" or "https" && uri.Host != "")))
            return uri;
        settings.Add(settings.Invalid(setting, example));
        return null;
    }

    private static TlsMaterialSource? ReadSource(SettingsReader settings, bool provesItself)
    {
        var files = TlsSettings.ForClient(settings, provesItself);
        return settings.Try(() => new TlsMaterialSource(files));
    }

    private static void CheckAddress(SettingsReader settings, CredentialsKind kind, string address)
    {
        if (ReadAddress(settings, kind, address) is not { } uri || uri.Scheme == "dns" || uri.Scheme == Scheme(kind))
            return;
        settings.Add(TlsProblems.SchemeMismatch.With(
            ("setting", settings.Name($"{AddressesOptions.Section}:{kind}")), ("address", address),
            ("credentials", kind.ToString().ToLowerInvariant()), ("scheme", Scheme(kind) + "://"),
            ("other", Scheme(kind) == "http" ? "tls" : "insecure")));
    }

    private static string Scheme(CredentialsKind kind) => kind == CredentialsKind.Insecure ? "http" : "https";
}

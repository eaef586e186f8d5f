using Greeter.Tls;

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
        var material = kind == CredentialsKind.Insecure ? null : ReadMaterial(settings, provesItself: kind == CredentialsKind.Mtls);
        settings.ThrowIfAny();
        return new Target(address, kind, material, serverName);
    }

    /// <summary>The material, or null after noting what is wrong with it.</summary>
    public static TlsMaterial? ReadMaterial(SettingsReader settings, bool provesItself)
    {
        settings.Read<TlsOptions>(TlsOptions.Section);
        var files = TlsFiles.ForClient(settings, provesItself);
        return settings.Try(() => TlsMaterial.Load(files));
    }

    private static void CheckAddress(SettingsReader settings, CredentialsKind kind, string address)
    {
        var setting = $"{AddressesOptions.Section}:{kind}";
        var wanted = kind == CredentialsKind.Insecure ? "http" : "https";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "dns") || (uri.Scheme != "dns" && uri.Host == ""))
            settings.Add(settings.Invalid(setting, $"an address like {wanted}://localhost:5005{(int)kind + 1}"));
        else if (uri.Scheme != "dns" && uri.Scheme != wanted)
            settings.Add(TlsProblems.SchemeMismatch.With(
                ("setting", settings.Name(setting)), ("address", address), ("credentials", kind.ToString().ToLowerInvariant()),
                ("scheme", wanted + "://"), ("other", wanted == "http" ? "tls" : "insecure")));
    }
}

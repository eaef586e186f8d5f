using Greeter.Tls;
using Microsoft.Extensions.Configuration;

namespace Greeter.Client;

/// <summary>
/// An address that was given to the doctor. The settings say with which files to call our own server; a server that they
/// do not know is met as any client would: with TLS, and the operating system's authorities.
/// </summary>
internal static class DoctorAddress
{
    /// <summary>What a setting is called that nobody gave.</summary>
    private const string Assumed = "what doctor assumes";

    /// <summary>The settings that an address stands for.</summary>
    /// <param name="where">The address, with or without <c>http://</c> or <c>https://</c>.</param>
    /// <param name="given">What the command line gives.</param>
    /// <param name="configuration">The settings without it.</param>
    public static IEnumerable<(string Setting, string Value, string Option)> Settings(
        string where, IReadOnlyList<(string Setting, string Value, string Option)> given, IConfiguration configuration)
    {
        string? Given(string setting) => given.FirstOrDefault(entry => entry.Setting == setting).Value;
        const string Credentials = nameof(Target.Credentials), Roots = $"{TlsOptions.Section}:{nameof(TlsOptions.TrustedRoots)}";
        var isInsecure = Given(Credentials) is { } kind ? kind.Equals(nameof(CredentialsKind.Insecure), StringComparison.OrdinalIgnoreCase)
            : where.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        var hasScheme = where.Contains("://", StringComparison.Ordinal) || where.StartsWith("dns:", StringComparison.OrdinalIgnoreCase);
        var address = hasScheme ? where : $"{(isInsecure ? "http" : "https")}://{where}";
        foreach (var name in Enum.GetNames<CredentialsKind>())
            yield return ($"{AddressesOptions.Section}:{name}", address, "the address");

        if (isInsecure && Given(Credentials) is null)
            yield return (Credentials, nameof(CredentialsKind.Insecure), "the address");
        if (isInsecure || IsOurs(address, configuration))
            yield break;
        var hasCertificate = Given($"{TlsOptions.Section}:{nameof(TlsOptions.CertificateChain)}") is not null;
        if (Given(Credentials) is null)
            yield return (Credentials, (hasCertificate ? CredentialsKind.Mtls : CredentialsKind.Tls).ToString(), hasCertificate ? "--client-cert" : Assumed);
        if (Given(Roots) is null)
            yield return (Roots, TlsOptions.System, Assumed);
    }

    /// <summary>The step that says what nobody gave; null where nothing was assumed.</summary>
    public static TlsStep? Step(SettingsReader settings)
    {
        string[] assumed =
        [
            .. settings.Name(nameof(Target.Credentials)) == Assumed ? ["--credentials tls"] : Array.Empty<string>(),
            .. settings.Name($"{TlsOptions.Section}:{nameof(TlsOptions.TrustedRoots)}") == Assumed ? [$"--server-ca {TlsOptions.System}"] : Array.Empty<string>(),
        ];
        return assumed.Length == 0 ? null : new TlsStep("assumed", TlsStepStatus.Passed, [$"{string.Join(' ', assumed)}: the section {AddressesOptions.Section} does not have this address"]);
    }

    private static bool IsOurs(string address, IConfiguration configuration) => Enum.GetValues<CredentialsKind>().Any(kind =>
        Uri.TryCreate(address, UriKind.Absolute, out var asked)
        && Uri.TryCreate(configuration[$"{AddressesOptions.Section}:{kind}"] ?? new AddressesOptions().For(kind), UriKind.Absolute, out var known) && asked == known);
}

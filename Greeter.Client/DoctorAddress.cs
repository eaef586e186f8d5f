using Greeter.Hosting;
using GrpcTls;
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

    private const string Roots = $"{TlsOptions.Section}:{nameof(TlsOptions.TrustedRoots)}";

    /// <summary>The settings that an address stands for.</summary>
    /// <param name="where">The address, with or without <c>http://</c> or <c>https://</c>.</param>
    /// <param name="given">What the command line gives.</param>
    /// <param name="configuration">The settings without it.</param>
    public static IEnumerable<(string Setting, string Value, string Option)> Settings(
        string where, IReadOnlyList<(string Setting, string Value, string Option)> given, IConfiguration configuration)
    {
        const string Credentials = nameof(Target.Credentials);
        string? Given(string setting) => given.FirstOrDefault(entry => entry.Setting == setting).Value;
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
        if (Given(Credentials) is null)
        {
            yield return Given($"{TlsOptions.Section}:{nameof(TlsOptions.CertificateChain)}") is null
                ? (Credentials, nameof(CredentialsKind.Tls), Assumed)
                : (Credentials, nameof(CredentialsKind.Mtls), "--client-cert");
        }

        if (Given(Roots) is null)
            yield return (Roots, TlsOptions.System, Assumed);
    }

    /// <summary>The step that says what nobody gave; null where nothing was assumed.</summary>
    public static TlsStep? Step(SettingsReader settings)
    {
        var assumed = new[] { (nameof(Target.Credentials), "--credentials tls"), (Roots, $"--server-ca {TlsOptions.System}") }
            .Where(option => settings.Name(option.Item1) == Assumed).Select(option => option.Item2).ToArray();
        var why = $"{string.Join(' ', assumed)}: the section {AddressesOptions.Section} does not have this address";
        return assumed.Length == 0 ? null : new TlsStep("assumed", TlsStepStatus.Passed, [why]);
    }

    private static bool IsOurs(string address, IConfiguration configuration) => Uri.TryCreate(address, UriKind.Absolute, out var asked)
        && Enum.GetValues<CredentialsKind>()
            .Select(kind => configuration[$"{AddressesOptions.Section}:{kind}"] ?? new AddressesOptions().For(kind))
            .Any(ours => Uri.TryCreate(ours, UriKind.Absolute, out var known) && asked == known);
}

using System.Globalization;
using Microsoft.Extensions.Options;

namespace GrpcTls;

/// <summary>
/// Where the files are that prove who this process is, and whom it trusts. Files are read when the host starts, and again in
/// <see cref="RefreshInterval"/>. Relative paths start at <see cref="BasePath"/>.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>The name that the section has by custom: <c>Tls</c>.</summary>
    public const string Section = "Tls";

    /// <summary>What stands in <see cref="TrustedRoots"/> for the operating system's own list of authorities: <c>system</c>.</summary>
    public const string System = "system";

    /// <summary>The shortest <see cref="RefreshInterval"/>: 100 ms.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest <see cref="RefreshInterval"/>: one hour, a fraction of the shortest lifetimes in use.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    /// <summary>What <see cref="RefreshInterval"/> may be, in words.</summary>
    internal const string IntervalText = "a time, hh:mm:ss, from 00:00:00.1 to 01:00:00";

    /// <summary>A PEM file: the own certificate first, then its intermediates. A server needs it; a client for mutual TLS.</summary>
    public string? CertificateChain { get; set; }

    /// <summary>A PEM file: the private key of the first certificate in <see cref="CertificateChain"/>. May be the same file.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>A file whose first line opens <see cref="PrivateKey"/>, where that is encrypted. Null by default.</summary>
    public string? PrivateKeyPasswordFile { get; set; }

    /// <summary>
    /// A PEM file with the root certificates that may vouch for the other side; on a client also <see cref="System"/>. Null is
    /// an error where the other side is verified: it never stands for the operating system's list.
    /// </summary>
    public string? TrustedRoots { get; set; }

    /// <summary>
    /// Files with the certificate revocation lists (RFC 5280, PEM or DER) of the authorities that vouch for clients.
    /// Empty by default: revocation is not checked.
    /// </summary>
    public string[] RevocationLists { get; set; } = [];

    /// <summary>
    /// What happens to a client whose authority has no current list among <see cref="RevocationLists"/>:
    /// <see cref="RevocationFailure.Hard"/>, the default, refuses it.
    /// </summary>
    public RevocationFailure RevocationFailure { get; set; }

    /// <summary>How often the files are read again. 5 seconds by default; 100 ms to one hour.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The folder that relative paths start at. By default the host's content root; without a host the program's folder.</summary>
    public string? BasePath { get; set; }

    /// <summary>
    /// What a setting is called in messages, from its property's name: by default the path of the configuration, for example
    /// <c>Tls:PrivateKey</c>. A program with a command line may name its option.
    /// </summary>
    public Func<string, string> SettingName { get; set; } = key => key;

    /// <summary>What was wrong with the section when it was bound.</summary>
    internal List<TlsProblem> Problems { get; } = [];

    /// <summary>What is wrong with the settings themselves, whatever the files hold.</summary>
    internal IEnumerable<TlsProblem> Check()
    {
        foreach (var problem in Problems)
            yield return problem;
        if (RefreshInterval < ShortestInterval || RefreshInterval > LongestInterval)
            yield return Invalid(nameof(RefreshInterval), RefreshInterval.ToString("c", CultureInfo.InvariantCulture), IntervalText);

        // An entry that is empty would switch the check off without a word.
        if (Array.Exists(RevocationLists, string.IsNullOrWhiteSpace))
            yield return Invalid(nameof(RevocationLists), "", "one or more files");
        if (!Enum.IsDefined(RevocationFailure))
            yield return Invalid(nameof(RevocationFailure), $"{RevocationFailure}", "Hard or Soft");
    }

    private TlsProblem Invalid(string key, string value, string expected) => TlsProblems.InvalidSetting.With(
        ("setting", SettingName(key)), ("value", value), ("origin", "the program"), ("expected", expected));
}

/// <summary>Tells whoever reads the options what is wrong with their settings; the files are checked when they are loaded.</summary>
internal sealed class TlsOptionsValidator : IValidateOptions<TlsOptions>
{
    public ValidateOptionsResult Validate(string? name, TlsOptions options)
    {
        var problems = options.Check().Select(problem => problem.ToString()).ToArray();
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}

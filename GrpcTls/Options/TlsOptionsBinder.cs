using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace GrpcTls;

/// <summary>
/// Reads a section into <see cref="TlsOptions"/>, strictly: a key that is not known or a value that cannot be is a problem, never
/// a default. By own code, because the platform's binder passes over what it does not know, and needs reflection.
/// </summary>
internal static class TlsOptionsBinder
{
    // "5" would be five days to TimeSpan.Parse: a time is written with its colons.
    private static readonly string[] TimeFormats = [@"h\:mm\:ss", @"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF"];

    private static readonly string[] Known =
    [
        nameof(TlsOptions.CertificateChain), nameof(TlsOptions.PrivateKey), nameof(TlsOptions.PrivateKeyPasswordFile),
        nameof(TlsOptions.TrustedRoots), nameof(TlsOptions.RevocationLists), nameof(TlsOptions.RevocationFailure),
        nameof(TlsOptions.RefreshInterval),
    ];

    public static void Bind(IConfiguration configuration, TlsOptions options)
    {
        var path = (configuration as IConfigurationSection)?.Path;
        options.SettingName = key => path is null ? key : $"{path}:{key}";
        foreach (var entry in configuration.GetChildren())
        {
            if (Array.Find(Known, name => name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase)) is { } key)
                Bind(entry, key, options);
            else
                options.Problems.Add(Unknown(entry));
        }
    }

    private static void Bind(IConfigurationSection entry, string key, TlsOptions options)
    {
        var text = string.IsNullOrWhiteSpace(entry.Value) ? null : entry.Value.Trim();
        switch (key)
        {
            case nameof(TlsOptions.CertificateChain):
                options.CertificateChain = text;
                break;
            case nameof(TlsOptions.PrivateKey):
                options.PrivateKey = text;
                break;
            case nameof(TlsOptions.PrivateKeyPasswordFile):
                options.PrivateKeyPasswordFile = text;
                break;
            case nameof(TlsOptions.TrustedRoots):
                options.TrustedRoots = text;
                break;
            case nameof(TlsOptions.RevocationLists):
                BindLists(entry, options);
                break;
            case nameof(TlsOptions.RevocationFailure) when Is(text, RevocationFailure.Hard) || Is(text, RevocationFailure.Soft):
                options.RevocationFailure = Is(text, RevocationFailure.Hard) ? RevocationFailure.Hard : RevocationFailure.Soft;
                break;
            case nameof(TlsOptions.RefreshInterval)
                when TimeSpan.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, out var interval)
                    && interval >= TlsOptions.ShortestInterval && interval <= TlsOptions.LongestInterval:
                options.RefreshInterval = interval;
                break;
            case nameof(TlsOptions.RevocationFailure):
                options.Problems.Add(Invalid(entry, "Hard or Soft"));
                break;
            default:
                options.Problems.Add(Invalid(entry, TlsOptions.IntervalText));
                break;
        }

        if (entry.GetChildren().FirstOrDefault() is { } child && key != nameof(TlsOptions.RevocationLists))
            options.Problems.Add(Unknown(child));
    }

    // An entry that is empty would switch the check off without a word.
    private static void BindLists(IConfigurationSection entry, TlsOptions options)
    {
        var texts = (entry.Value is { } one ? [one] : entry.GetChildren().Select(child => child.Value)).ToArray();
        if (texts.Length == 0 || Array.Exists(texts, string.IsNullOrWhiteSpace))
            options.Problems.Add(Invalid(entry, "one or more files, or leave the key out"));
        else
            options.RevocationLists = [.. texts.Select(text => text!.Trim())];
    }

    private static bool Is(string? text, RevocationFailure mode) => mode.ToString().Equals(text, StringComparison.OrdinalIgnoreCase);

    private static TlsProblem Invalid(IConfigurationSection entry, string expected) => TlsProblems.InvalidSetting.With(
        ("setting", entry.Path), ("value", entry.Value ?? "a section"), ("origin", "the configuration"), ("expected", expected));

    private static TlsProblem Unknown(IConfigurationSection entry) => TlsProblems.UnknownSetting.With(
        ("setting", entry.Path), ("origin", "the configuration"), ("suggestion", Suggestion(entry.Key)));

    private static string Suggestion(string key) =>
        key.Equals("RevocationMode", StringComparison.OrdinalIgnoreCase)
            ? "it is called RevocationFailure now: Hard in place of Closed, Soft in place of Open"
            : Spelling.Nearest(key, Known) is { } near ? $"did you mean {near}?"
            : $"use one of {string.Join(", ", Known)}, or remove it";
}

using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using GrpcTls;
using Microsoft.Extensions.Configuration;

namespace Greeter.Hosting;

/// <summary>
/// Reads sections of the configuration into options, strictly: unknown keys and impossible values are noted, and
/// <see cref="ThrowIfAny"/> reports all of them together once everything has been read.
/// </summary>
/// <param name="configuration">Where the settings stand.</param>
/// <param name="folder">The folder that relative paths in the configuration start at.</param>
/// <param name="names">What else a setting is called in messages: <c>Tls:PrivateKey</c> may have come from <c>--client-key</c>.</param>
public sealed class SettingsReader(IConfiguration configuration, string folder, IReadOnlyDictionary<string, string>? names = null)
{
    private readonly List<TlsProblem> _problems = [];

    /// <summary>Notes a problem that was found elsewhere; one that was noted before is not noted again.</summary>
    /// <param name="problems">What is wrong.</param>
    public void Add(params IEnumerable<TlsProblem> problems) => _problems.AddRange(problems.Except(_problems).ToArray());

    /// <summary>Makes something of what was read; where that fails, the problems are noted.</summary>
    /// <typeparam name="T">What is made.</typeparam>
    /// <param name="make">Makes it, or throws a <see cref="TlsException"/>.</param>
    /// <returns>What was made; null where it failed.</returns>
    public T? Try<T>(Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (TlsException e)
        {
            Add(e.Problems);
            return null;
        }
    }

    /// <summary>Whether a problem was noted.</summary>
    public bool HasAny => _problems.Count > 0;

    /// <summary>Reports everything that was noted.</summary>
    /// <exception cref="TlsException">Something was.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
            throw new TlsException(_problems);
    }

    /// <summary>Reads a section; what cannot be read keeps its default and is noted.</summary>
    /// <typeparam name="T">Options with settable properties: text, numbers, times (hh:mm:ss), enums, each also nullable.</typeparam>
    /// <param name="section">The section's name.</param>
    public T Read<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(string section)
        where T : new()
    {
        var options = new T();
        PropertyInfo[] properties =
            [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)];
        if (configuration[section] is { Length: > 0 })
            _problems.Add(Invalid(section, $"a section, with keys like {section}:{properties[0].Name}"));
        foreach (var entry in configuration.GetSection(section).GetChildren())
        {
            var property = Array.Find(properties, property => property.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
                _problems.Add(Unknown(entry.Path, [.. properties.Select(known => known.Name)]));
            else if (property.PropertyType == typeof(string[]))
                property.SetValue(options, Texts(entry));
            else if (entry.GetChildren().FirstOrDefault() is { } child)
                _problems.Add(Unknown(child.Path, [property.Name]));
            else if (SettingValue.TryParse(entry.Value, property, mayBeEmpty: property.GetValue(options) is null, out var value))
                property.SetValue(options, value);
            else
                _problems.Add(Invalid(entry.Path, SettingValue.Expected(property)));
        }

        return options;
    }

    /// <summary>Reads a setting that stands outside of sections.</summary>
    /// <typeparam name="T">The choice it makes.</typeparam>
    /// <param name="key">The setting.</param>
    /// <param name="otherwise">What it is where nobody set it.</param>
    public T Read<T>(string key, T otherwise)
        where T : struct, Enum
    {
        if (configuration[key] is not { } text)
            return otherwise;
        if (!SettingValue.TryParseChoice(typeof(T), text.Trim(), out var value))
            _problems.Add(Invalid(key, SettingValue.ExpectedChoice(typeof(T))));
        return value is T choice ? choice : otherwise;
    }

    /// <summary>The value of one setting; null where it is empty.</summary>
    /// <param name="section">The section's name.</param>
    /// <param name="key">The setting's name in it.</param>
    public string? Value(string section, string key) =>
        configuration[$"{section}:{key}"] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    /// <summary>The file that a setting names, with its absolute path; null where the setting is empty.</summary>
    /// <param name="section">The section's name.</param>
    /// <param name="key">The setting's name in it.</param>
    /// <param name="role">What the file is for.</param>
    /// <param name="ifEmpty">What to note where the setting is empty; null where it may be.</param>
    public TlsFile? File(string section, string key, string role, TlsProblem? ifEmpty = null)
    {
        var setting = Name($"{section}:{key}");
        if (Value(section, key) is { } path)
            return new TlsFile(Path.GetFullPath(path, folder), setting, role);
        if (ifEmpty is not null)
            _problems.Add(ifEmpty.With(("setting", setting), ("role", role)));
        return null;
    }

    /// <summary>The files that a setting lists, with their absolute paths.</summary>
    /// <param name="section">The section's name.</param>
    /// <param name="key">The setting's name in it.</param>
    /// <param name="paths">The setting's values.</param>
    /// <param name="role">What each file is for.</param>
    public IReadOnlyList<TlsFile> Files(string section, string key, IEnumerable<string> paths, string role) =>
        [.. paths.Select(path => new TlsFile(Path.GetFullPath(path, folder), Name($"{section}:{key}"), role))];

    /// <summary>The problem of a value that a setting cannot have.</summary>
    /// <param name="path">The setting, for example <c>Ports:Mtls</c>.</param>
    /// <param name="expected">What it can have.</param>
    /// <param name="value">What it is; null for what the configuration says.</param>
    public TlsProblem Invalid(string path, string expected, string? value = null) => TlsProblems.InvalidSetting.With(
        ("setting", Name(path)), ("value", value ?? configuration[path] ?? "a section"), ("origin", Origin(path)), ("expected", expected));

    /// <summary>The problem of a setting that nobody reads.</summary>
    /// <param name="path">The setting, for example <c>Ports:Mtsl</c>.</param>
    /// <param name="known">The names that it may have been meant to have.</param>
    public TlsProblem Unknown(string path, IReadOnlyCollection<string> known)
    {
        var key = path[(path.LastIndexOf(':') + 1)..];
        var near = Spelling.Nearest(key, known);
        return TlsProblems.UnknownSetting.With(
            ("setting", path), ("origin", Origin(path)),
            ("suggestion", near is null ? $"use one of {string.Join(", ", known)}, or remove it" : $"did you mean {near}?"));
    }

    /// <summary>What a setting is called in messages: the option of the command line that gave it, or itself.</summary>
    /// <param name="path">The setting, for example <c>Tls:PrivateKey</c>.</param>
    public string Name(string path) => names?.GetValueOrDefault(path) ?? path;

    /// <summary>Where a setting comes from, in words: the last provider that has it wins.</summary>
    /// <param name="path">The setting, for example <c>Tls:PrivateKey</c>.</param>
    public string Origin(string path)
    {
        if (names?.ContainsKey(path) == true)
            return "the command line";
        var provider = (configuration as IConfigurationRoot)?.Providers.LastOrDefault(provider =>
            provider.TryGet(path, out _) || provider.GetChildKeys([], path).Any());
        return provider?.ToString() switch
        {
            null => "the configuration",
            var text when text.Split('\'') is [_, var file, _] && text.Contains("Json", StringComparison.Ordinal) => file,
            var text when text.StartsWith("Environment", StringComparison.Ordinal) =>
                $"the environment: {path.Replace(":", "__", StringComparison.Ordinal)}",
            var text when text.StartsWith("CommandLine", StringComparison.Ordinal) => "the command line",
            _ => "the configuration",
        };
    }

    // A list, or one text for a list of one. An empty text is most likely a variable that was to hold something: to pass
    // over it would switch off what the list is for.
    private string[] Texts(IConfigurationSection entry)
    {
        IConfigurationSection[] texts = entry.Value is not null ? [entry] : [.. entry.GetChildren()];
        _problems.AddRange(texts.Where(text => string.IsNullOrWhiteSpace(text.Value))
            .Select(text => Invalid(text.Path, "a text that is not empty, or remove it")));
        return [.. texts.Select(text => text.Value?.Trim() ?? "").Where(text => text.Length > 0)];
    }
}

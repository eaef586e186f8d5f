using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace GrpcTls;

/// <summary>
/// Something that is wrong and that a person can fix: an entry of <see cref="TlsProblems"/>, with the values of
/// the case once <see cref="With"/> has filled them in.
/// </summary>
/// <param name="Id">The slug by which logs, exceptions, metrics and the documentation call it, for example <c>key-mismatch</c>.</param>
/// <param name="Title">What is wrong, in one line without the values.</param>
/// <param name="Cause">What was found, with the values of the case. A catalogue entry has <c>{name}</c> in their places.</param>
/// <param name="Fix">What to do about it, in words that hold in any program.</param>
/// <param name="Permanent">Whether trying again is useless until a person has changed something.</param>
public sealed partial record TlsProblem(string Id, string Title, string Cause, string Fix, bool Permanent = true)
{
    // Stands for a value's own brace until the text is read, so that no value has a place: of private use, which no value keeps.
    private const char Brace = '\uE000';

    private readonly string _cause = Cause;
    private readonly string _fix = Fix;

    private IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>The name that the problem had before, by which <see cref="TlsProblems.All"/> finds it too; null for none.</summary>
    public string? Alias { get; init; }

    /// <summary>What was found, with the values of the case.</summary>
    public string Cause
    {
        get => _cause.Replace(Brace, '{');
        init => _cause = value;
    }

    /// <summary>What to do about it, in words that hold in any program.</summary>
    public string Fix
    {
        get => _fix.Replace(Brace, '{');
        init => _fix = value;
    }

    /// <summary>
    /// Puts the values of a case into the places that the catalogue's texts leave for them. A value may be a stranger's:
    /// it is made printable, cut at <see cref="PeerText.LongestValue"/>, and never a template itself.
    /// </summary>
    /// <param name="values">The name of each place and what stands there; null is written as "none".</param>
    public TlsProblem With(params IEnumerable<(string Name, object? Value)> values)
    {
        var texts = new Dictionary<string, string>(Values);
        foreach (var (name, value) in values)
            texts.TryAdd(name, PeerText.Printable(Text(value), PeerText.LongestValue).Replace('{', Brace));
        return this with { Cause = Fill(_cause, texts), Fix = Fill(_fix, texts), Values = texts };
    }

    /// <summary>
    /// Puts the values of this case into another text: a program may have a fix of its own, for example a command.
    /// </summary>
    /// <param name="template">A text with <c>{name}</c> in the places that the catalogue's cause or fix have.</param>
    public string Fill(string template) => Fill(template, Values).Replace(Brace, '{');

    /// <summary>The same where it is wanted; else the entry itself, without making any text of what a stranger showed.</summary>
    internal TlsProblem WithIf(bool inWords, Func<IEnumerable<(string Name, object? Value)>> values) => inWords ? With(values()) : this;

    /// <summary>The three lines that a person sees: error, cause, fix; without a line break at the end.</summary>
    /// <param name="program">The name that begins each line; by default the entry assembly's, in lower case.</param>
    public string Describe(string? program = null)
    {
        program ??= Assembly.GetEntryAssembly()?.GetName().Name?.ToLowerInvariant() ?? "tls";
        return $"""
            {program}: error: {Title} [{Id}]
            {program}: cause: {Cause}
            {program}: fix:   {Fix}
            """;
    }

    /// <summary>One line, for logs and statuses.</summary>
    public override string ToString() => $"{Title} [{Id}]: {Cause}; fix: {Fix}";

    /// <summary>Whether both say the same.</summary>
    /// <param name="other">What it is compared with.</param>
    public bool Equals(TlsProblem? other) => other is not null
        && (Id, Title, _cause, _fix, Permanent) == (other.Id, other.Title, other._cause, other._fix, other.Permanent);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, _cause, _fix);

    private static string Text(object? value) => value switch
    {
        null => "none",
        DateTimeOffset time => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Fill(string template, IReadOnlyDictionary<string, string> texts) =>
        Place().Replace(template, place => texts.GetValueOrDefault(place.Groups[1].Value, place.Value));

    [GeneratedRegex(@"\{(\w+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}

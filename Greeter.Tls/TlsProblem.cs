namespace Greeter.Tls;

/// <summary>
/// Something that is wrong and that a person can mend: an entry of <see cref="TlsProblems"/>, with the values of
/// the case once <see cref="With"/> has filled them in.
/// </summary>
/// <param name="Id">The slug by which logs, exceptions, metrics and docs/failures.md call it, for example <c>key-mismatch</c>.</param>
/// <param name="Title">What is wrong, in one line without the values.</param>
/// <param name="Cause">What was found, with the values of the case. A catalogue entry has <c>{name}</c> in their places.</param>
/// <param name="Fix">What to do about it; a command where there is one.</param>
/// <param name="Permanent">Whether trying again is useless until a person has changed something.</param>
public sealed record TlsProblem(string Id, string Title, string Cause, string Fix, bool Permanent = true)
{
    /// <summary>Puts the values of a case into the places that the catalogue's texts leave for them.</summary>
    /// <param name="values">The name of each place and what stands there; null is written as "none".</param>
    public TlsProblem With(params IEnumerable<(string Name, object? Value)> values)
    {
        var filled = this;
        foreach (var (name, value) in values)
        {
            var place = $"{{{name}}}";
            var text = Printable(value switch
            {
                null => "none",
                DateTimeOffset time => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'"),
                IFormattable formattable => formattable.ToString(null, null),
                _ => value.ToString()!,
            });
            filled = filled with { Cause = filled.Cause.Replace(place, text), Fix = filled.Fix.Replace(place, text) };
        }

        return filled;
    }

    /// <summary>The three lines that a person sees: error, cause, fix; without a line break at the end.</summary>
    /// <param name="program">The name that begins each line.</param>
    public string Describe(string program = "greeter") =>
        $"""
         {program}: error: {Title} [{Id}]
         {program}: cause: {Cause}
         {program}: fix:   {Fix}
         """;

    /// <summary>One line, for logs and statuses.</summary>
    public override string ToString() => $"{Title} [{Id}]: {Cause}; fix: {Fix}";

    // Names inside a peer's certificate are the peer's text: a line break in one must not forge a line of a log.
    private static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
}

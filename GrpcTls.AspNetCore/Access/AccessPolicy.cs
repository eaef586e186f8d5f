using System.Collections.Frozen;

namespace GrpcTls.AspNetCore;

/// <summary>For each method who may call it, as a section of the configuration says. A method that it does not name is denied.</summary>
internal sealed class AccessPolicy
{
    private const string Expected =
        "anyone, authenticated, or a list of spiffe://DOMAIN/PATH, spiffe://DOMAIN/*, dns:NAME, cn:NAME, user:NAME";

    /// <summary>Before the endpoints are known: nobody may call anything.</summary>
    public static readonly AccessPolicy Closed = new([], text: "", []);

    private readonly FrozenDictionary<string, AccessRule> _rules;

    private AccessPolicy(Dictionary<string, AccessRule> rules, string text, IReadOnlyList<TlsProblem> problems) =>
        (_rules, Text, Problems) = (rules.ToFrozenDictionary(StringComparer.Ordinal), text, problems);

    /// <summary>What was read, to tell whether it has changed.</summary>
    public string Text { get; }

    /// <summary>What is wrong with the section; a policy with problems is not used.</summary>
    public IReadOnlyList<TlsProblem> Problems { get; }

    /// <summary>The rule of a method, or null for nobody.</summary>
    /// <param name="method">As gRPC has it: <c>/package.Service/Method</c>.</param>
    public AccessRule? Find(string method) => _rules.GetValueOrDefault(method);

    /// <summary>Reads the section.</summary>
    /// <param name="section">The section.</param>
    /// <param name="root">The configuration that the section is of; null where that is not known.</param>
    /// <param name="methods">The methods that there are, <c>package.Service/Method</c>: a rule for another is a typing error.</param>
    public static AccessPolicy Read(IConfiguration section, IConfigurationRoot? root, IReadOnlyCollection<string> methods)
    {
        var rules = new Dictionary<string, AccessRule>();
        var text = new List<string>();
        var problems = new List<TlsProblem>();
        foreach (var entry in section.GetChildren())
        {
            if (!methods.Contains(entry.Key))
            {
                text.Add(entry.Key);
                problems.Add(Unknown(entry, methods));
                continue;
            }

            var callers = Callers(entry, root);
            text.Add($"{entry.Key}: {string.Join(", ", callers)}");
            if (AccessRule.Parse(callers) is { } rule)
                rules[$"/{entry.Key}"] = rule;
            else
                problems.AddRange(Invalid(entry, callers));
        }

        return new AccessPolicy(rules, string.Join('\n', text), problems);
    }

    private static TlsProblem Unknown(IConfigurationSection entry, IReadOnlyCollection<string> methods) => TlsProblems.UnknownSetting.With(
        ("setting", entry.Path), ("origin", "the configuration"), ("suggestion", Spelling.Nearest(entry.Key, methods) is { } near
            ? $"did you mean {near}?"
            : $"use one of {string.Join(", ", methods)}, or remove it"));

    private static IEnumerable<TlsProblem> Invalid(IConfigurationSection entry, string[] callers)
    {
        if (callers.Length == 0)
            yield return Invalid(entry, value: "empty", Expected);
        foreach (var caller in callers)
        {
            if (CallerPattern.Problem(caller) is var (reason, nearest))
                yield return Invalid(entry, caller, $"{nearest ?? Expected} ({reason})");
        }
    }

    private static TlsProblem Invalid(IConfigurationSection entry, string value, string expected) => TlsProblems.InvalidSetting.With(
        ("setting", entry.Path), ("value", value), ("origin", "the configuration"), ("expected", expected));

    // All of a rule is from the last provider that has one: configuration would mix a list into another's, or into "anyone".
    private static string[] Callers(IConfigurationSection entry, IConfigurationRoot? root)
    {
        foreach (var provider in root?.Providers.Reverse() ?? [])
        {
            var keys = provider.GetChildKeys([], entry.Path).Distinct().ToArray();
            if (keys.Length > 0)
                return [.. keys.SelectMany(key => Split(provider.TryGet($"{entry.Path}:{key}", out var item) ? item : null))];
            if (provider.TryGet(entry.Path, out var one))
                return Split(one);
        }

        return entry.Value is { } value ? Split(value) : [.. entry.GetChildren().SelectMany(item => Split(item.Value))];
    }

    // No name has a comma but a common name, whose rule is in a list of its own kind then: it stays whole.
    private static string[] Split(string? text) =>
        text is null || text.TrimStart().StartsWith("cn:", StringComparison.Ordinal)
            ? [(text ?? "").Trim()]
            : text.Split(',', StringSplitOptions.TrimEntries);
}

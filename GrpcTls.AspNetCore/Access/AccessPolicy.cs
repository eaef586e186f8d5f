using System.Collections.Frozen;
using Greeter.Hosting;

namespace GrpcTls.AspNetCore;

/// <summary>The section <c>Access</c>: for each method who may call it. A method that is not listed is denied.</summary>
internal sealed class AccessPolicy
{
    public const string Section = "Access";

    private const string Expected = "anyone, authenticated, or a list of spiffe://DOMAIN/PATH, spiffe://DOMAIN/*, dns:NAME, cn:NAME, user:NAME";

    private readonly FrozenDictionary<string, AccessRule> _rules;

    private AccessPolicy(Dictionary<string, AccessRule> rules, string text) => (_rules, Text) = (rules.ToFrozenDictionary(StringComparer.Ordinal), text);

    /// <summary>What was read, to tell whether it has changed.</summary>
    public string Text { get; }

    /// <summary>The rule of a method, or null for nobody.</summary>
    /// <param name="method">As gRPC has it: <c>/package.Service/Method</c>.</param>
    public AccessRule? Find(string method) => _rules.GetValueOrDefault(method);

    /// <summary>Reads the section; what is wrong with it is noted in the settings.</summary>
    /// <param name="configuration">Where the section stands.</param>
    /// <param name="settings">Where problems are noted.</param>
    /// <param name="methods">The methods that there are, <c>package.Service/Method</c>: a rule for another is a typing error.</param>
    public static AccessPolicy Read(IConfigurationRoot configuration, SettingsReader settings, IReadOnlyCollection<string> methods)
    {
        var rules = new Dictionary<string, AccessRule>();
        var text = new List<string>();
        foreach (var entry in configuration.GetSection(Section).GetChildren())
        {
            if (!methods.Contains(entry.Key))
            {
                text.Add(entry.Key);
                settings.Add(settings.Unknown(entry.Path, methods));
                continue;
            }

            var callers = Callers(configuration, entry.Path);
            text.Add($"{entry.Key}: {string.Join(", ", callers)}");
            if (AccessRule.Parse(callers) is { } rule)
                rules[$"/{entry.Key}"] = rule;
            else
                settings.Add(Problems(settings, entry.Path, callers));
        }

        return new AccessPolicy(rules, string.Join('\n', text));
    }

    private static IEnumerable<TlsProblem> Problems(SettingsReader settings, string path, string[] callers)
    {
        if (callers.Length == 0)
            yield return settings.Invalid(path, Expected);
        foreach (var caller in callers)
        {
            if (CallerPattern.Problem(caller.Trim()) is var (reason, nearest))
                yield return settings.Invalid(path, $"{nearest ?? Expected} ({reason})", caller);
        }
    }

    // All of a rule is from the last provider that has one: configuration would mix a list into another's, or into "anyone".
    private static string[] Callers(IConfigurationRoot configuration, string path)
    {
        foreach (var provider in configuration.Providers.Reverse())
        {
            var list = provider.GetChildKeys([], path).Distinct().Select(key => provider.TryGet($"{path}:{key}", out var item) ? item ?? "" : "").ToArray();
            if (list.Length > 0)
                return list;
            if (provider.TryGet(path, out var one))
                return [one ?? ""];
        }

        return [];
    }
}

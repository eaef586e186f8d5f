using System.Collections.Frozen;
using Greeter.Tls;

namespace Greeter.Server.Callers;

/// <summary>The section <c>Access</c>: for each method who may call it. A method that is not listed is denied.</summary>
internal sealed class AccessTable
{
    public const string Section = "Access";

    private const string Expected = "anyone, authenticated, or a list of spiffe://DOMAIN/PATH, spiffe://DOMAIN/*, dns:NAME, cn:NAME, user:NAME";

    private readonly FrozenDictionary<string, AccessRule> _rules;

    private AccessTable(Dictionary<string, AccessRule> rules) => _rules = rules.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The rule of a method, or null for nobody.</summary>
    /// <param name="method">As gRPC has it: <c>/package.Service/Method</c>.</param>
    public AccessRule? Find(string method) => _rules.GetValueOrDefault(method);

    /// <summary>Reads the section; what is wrong with it is noted in the settings.</summary>
    /// <param name="configuration">Where the section stands.</param>
    /// <param name="settings">Where problems are noted.</param>
    /// <param name="methods">The methods that there are, <c>package.Service/Method</c>: a rule for another is a typing error.</param>
    public static AccessTable Read(IConfiguration configuration, SettingsReader settings, IReadOnlyCollection<string> methods)
    {
        var rules = new Dictionary<string, AccessRule>();
        foreach (var entry in configuration.GetSection(Section).GetChildren())
        {
            if (!methods.Contains(entry.Key))
            {
                settings.Add(settings.Unknown(entry.Path, methods));
                continue;
            }

            var callers = entry.Value is { } one ? [one] : entry.GetChildren().Select(child => child.Value ?? "").ToArray();
            if (AccessRule.Parse(callers) is { } rule)
                rules[$"/{entry.Key}"] = rule;
            else
                settings.Add(settings.Invalid(entry.Path, Expected, string.Join(", ", callers)));
        }

        return new AccessTable(rules);
    }
}

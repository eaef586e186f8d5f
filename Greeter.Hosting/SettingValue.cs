using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Greeter.Hosting;

/// <summary>Turns the text of a setting into the value of an option.</summary>
internal static class SettingValue
{
    // A binder would take "5" for five days: a time is written with its colons.
    private static readonly string[] TimeFormats = [@"h\:mm\:ss", @"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss"];

    /// <param name="text">What stands in the configuration.</param>
    /// <param name="property">The option.</param>
    /// <param name="mayBeEmpty">Whether nothing is a value too: that of an option which is null by default.</param>
    /// <param name="value">The value; null for nothing.</param>
    public static bool TryParse(string? text, PropertyInfo property, bool mayBeEmpty, out object? value)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var trimmed = text?.Trim();
        value = null;
        if (string.IsNullOrEmpty(trimmed))
            return mayBeEmpty || Nullable.GetUnderlyingType(property.PropertyType) is not null;

        value = type switch
        {
            _ when type == typeof(string) => trimmed,
            _ when type == typeof(int) =>
                int.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ when type == typeof(bool) => bool.TryParse(trimmed, out var flag) ? flag : null,
            _ when type == typeof(TimeSpan) =>
                TimeSpan.TryParseExact(trimmed, TimeFormats, CultureInfo.InvariantCulture, out var time) ? time : null,
            { IsEnum: true } => TryParseChoice(type, trimmed, out var choice) ? choice : null,
            _ => throw new NotSupportedException($"{property.Name}: {type.Name} cannot be read from a setting"),
        };
        return value is not null && IsInRange(value, property.GetCustomAttribute<RangeAttribute>());
    }

    // A range of times by own code: the attribute's needs reflection that a trimmed program does not have.
    private static bool IsInRange(object value, RangeAttribute? range) => (value, range) switch
    {
        (_, null) => true,
        (TimeSpan time, { Minimum: string least, Maximum: string most }) =>
            time >= TimeSpan.Parse(least, CultureInfo.InvariantCulture) && time <= TimeSpan.Parse(most, CultureInfo.InvariantCulture),
        _ => range.IsValid(value),
    };

    public static string Expected(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var kind = type switch
        {
            _ when type == typeof(int) => "a whole number",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(TimeSpan) => "a time, hh:mm:ss,",
            { IsEnum: true } => ExpectedChoice(type),
            _ => "a text that is not empty",
        };
        var range = property.GetCustomAttribute<RangeAttribute>() is { } limits ? $" from {limits.Minimum} to {limits.Maximum}" : "";
        var off = Nullable.GetUnderlyingType(property.PropertyType) is null ? "" : ", or leave it empty";
        return kind + range + off;
    }

    public static bool TryParseChoice(Type type, string text, out object? value)
    {
        // Enum.Parse takes numbers and lists too; a setting is one of the names.
        var known = Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = known is null ? null : Enum.Parse(type, known);
        return value is not null;
    }

    public static string ExpectedChoice(Type type) => "one of " + string.Join(", ", Enum.GetNames(type));
}

using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace GrpcTls;

/// <summary>Turns the text of a setting into the value of an option.</summary>
internal static class SettingValue
{
    // A binder would take "5" for five days: a time is written with its colons.
    private static readonly string[] TimeFormats = [@"h\:mm\:ss", @"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss"];

    public static bool TryParse(string? text, PropertyInfo property, out object? value)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var trimmed = text?.Trim();
        value = null;
        if (string.IsNullOrEmpty(trimmed))
            return new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

        value = type switch
        {
            _ when type == typeof(string) => trimmed,
            _ when type == typeof(int) => int.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ when type == typeof(bool) => bool.TryParse(trimmed, out var flag) ? flag : null,
            _ when type == typeof(TimeSpan) =>
                TimeSpan.TryParseExact(trimmed, TimeFormats, CultureInfo.InvariantCulture, out var time) ? time : null,
            { IsEnum: true } => TryParseChoice(type, trimmed, out var choice) ? choice : null,
            _ => throw new NotSupportedException($"{property.DeclaringType?.Name}.{property.Name}: {type.Name} cannot be read from a setting"),
        };
        return value is not null && property.GetCustomAttribute<RangeAttribute>()?.IsValid(value) != false;
    }

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
        value = Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } known ? Enum.Parse(type, known) : null;
        return value is not null;
    }

    public static string ExpectedChoice(Type type) => "one of " + string.Join(", ", Enum.GetNames(type));

    /// <summary>Whether one name is likely a typing error of the other: at most a third of its letters differ.</summary>
    public static bool IsNear(string name, string typed) =>
        Distance(name.ToUpperInvariant(), typed.ToUpperInvariant()) <= Math.Max(1, name.Length / 3);

    // Levenshtein's distance, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[b.Length];
    }
}

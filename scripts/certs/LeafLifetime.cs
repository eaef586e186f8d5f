using System.Globalization;

namespace Greeter.Certs;

internal static class LeafLifetime
{
    // Apple's platforms refuse server certificates of more than 825 days, also those of private authorities
    // (https://support.apple.com/HT210176). The limit of 398 days is for public authorities only.
    public const int MostDays = 825;

    public static TimeSpan? Parse(string? days) => days is null
        ? null
        : int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostDays
            ? TimeSpan.FromDays(number)
            : throw CertsProblems.DaysInvalid(days, MostDays);
}

namespace GrpcTls;

/// <summary>What a misspelt name was most likely meant to be.</summary>
public static class Spelling
{
    /// <summary>The known name that is nearest to what was typed; null where none is near: at most a third of the letters differ.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="known">The names that there are.</param>
    public static string? Nearest(string typed, IEnumerable<string> known)
    {
        var (nearest, least) = ((string?)null, int.MaxValue);
        foreach (var name in known)
        {
            var distance = Distance(name.ToUpperInvariant(), typed.ToUpperInvariant());
            if (distance < least && distance <= Math.Max(1, name.Length / 3))
                (nearest, least) = (name, distance);
        }

        return nearest;
    }

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

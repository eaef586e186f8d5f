namespace GrpcTls;

/// <summary>
/// Reads a part of what a stranger showed. The platform reads certificates lazily, and throws where a part is damaged: many
/// kinds of exceptions, out of properties. A part that cannot be read is no part, and never an exception.
/// </summary>
internal static class Readable
{
    /// <summary>What stands in a text for a part that cannot be read.</summary>
    public const string Not = "unreadable";

    /// <summary>The part; null where it cannot be read.</summary>
    public static T? OrNull<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }

    /// <summary>A date; null where it cannot be read.</summary>
    public static DateTimeOffset? Date(Func<DateTime> read)
    {
        try
        {
            return new DateTimeOffset(read());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }
}

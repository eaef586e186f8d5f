namespace Greeter.Tests;

/// <summary>A fenced block of a page.</summary>
/// <param name="Mark">The comment right before it, without its brackets: <c>code: PATH</c>, <c>says: server</c>; empty for none.</param>
/// <param name="Language">What stands after the fence.</param>
/// <param name="Lines">What is in it.</param>
internal sealed record DocsBlock(string Mark, string Language, IReadOnlyList<string> Lines)
{
    /// <summary>The part of the mark after a word, for example the path of <c>code: PATH</c>; null for another mark.</summary>
    public string? Marked(string word) => Mark.StartsWith($"{word}: ", StringComparison.Ordinal) ? Mark[(word.Length + 2)..] : null;
}

using System.Text;

namespace Greeter.Tests;

/// <summary>Everything that a program has printed so far, to the character; a test can wait for a text in it.</summary>
internal sealed class ProcessOutput
{
    private readonly StringBuilder _text = new();

    public ProcessOutput(TextReader reader) => Completion = ReadAsync(reader);

    /// <summary>Completes when nothing more can come.</summary>
    public Task Completion { get; }

    /// <summary>Waits for a whole line with the text; fails with what there was when nothing more comes, or after a while.</summary>
    public Task<string> WaitForAsync(string text) => Eventually.FindAsync(
        () =>
        {
            var isOver = Completion.IsCompleted;
            return ToString().Split('\n')[..^1].FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal))
                ?? (isOver ? throw new InvalidOperationException(Missing(text)) : null);
        },
        () => Missing(text));

    public override string ToString()
    {
        lock (_text)
            return _text.ToString();
    }

    private string Missing(string text) => $"no line contains '{text}'; there are:\n{this}";

    private async Task ReadAsync(TextReader reader)
    {
        var buffer = new char[1024];
        while (await reader.ReadAsync(buffer) is > 0 and var length)
        {
            lock (_text)
                _text.Append(buffer, 0, length);
        }
    }
}

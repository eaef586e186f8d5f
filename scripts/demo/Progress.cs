using System.Diagnostics;

namespace Greeter.Demo;

/// <summary>Says on standard error what is going on, and that it still is.</summary>
internal static class Progress
{
    // A person begins to doubt after ten seconds without a sign.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(8);

    public static void Say(string text) => Console.Error.WriteLine($"demo: {text}");

    /// <summary>Says what begins, and again every few seconds until it has ended.</summary>
    public static async Task ShowAsync(string what, Task work)
    {
        Say(what);
        var begun = Stopwatch.GetTimestamp();
        while (await Task.WhenAny(work, Task.Delay(Interval)) != work)
            Say($"still {what.Split(';')[0]}, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
        await work;
    }
}

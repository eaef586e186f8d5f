using System.Diagnostics;

namespace Greeter.Benchmarks;

/// <summary>
/// Measures variants in turns, so that whatever else the machine does falls on all of them alike, and compares each with
/// the first, turn by turn.
/// </summary>
internal static class Paired
{
    /// <param name="title">What is measured.</param>
    /// <param name="unit">What one operation is called.</param>
    /// <param name="rounds">How many turns each variant gets; the first is not counted.</param>
    /// <param name="variants">Each does its work and tells how many operations that was.</param>
    public static async Task RunAsync(string title, string unit, int rounds, params (string Name, Func<Task<int>> Run)[] variants)
    {
        var times = variants.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round <= rounds; round++)
        {
            // Forwards and backwards in turns: none is always the one after another.
            foreach (var i in round % 2 == 0 ? Enumerable.Range(0, variants.Length) : Enumerable.Range(0, variants.Length).Reverse())
            {
                var begun = Stopwatch.GetTimestamp();
                var count = await variants[i].Run();
                var each = Stopwatch.GetElapsedTime(begun).TotalMicroseconds / count;
                if (round > 0)
                    times[i].Add(each);
            }
        }

        Console.WriteLine($"\n{title}");
        for (var i = 0; i < variants.Length; i++)
        {
            var ratios = times[i].Zip(times[0], (mine, first) => mine / first).ToArray();
            var (low, high) = (Quantile(ratios, 0.25), Quantile(ratios, 0.75));
            Console.WriteLine(
                $"  {variants[i].Name,-44} {Quantile(times[i], 0.5),10:0.0} us per {unit} {1e6 / Quantile(times[i], 0.5),9:0} per s   ratio {Quantile(ratios, 0.5):0.00} ({low:0.00} to {high:0.00})");
        }
    }

    private static double Quantile(IEnumerable<double> values, double quantile)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)((sorted.Length - 1) * quantile)];
    }
}

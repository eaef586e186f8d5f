using Greeter.Benchmarks;

var benchmarks = new Dictionary<string, Func<int, Task>>
{
    ["ports"] = PortCost.RunAsync,
    ["access"] = AccessCost.RunAsync,
    ["refused"] = RefusedHandshakes.RunAsync,
    ["sign-in"] = SignInCost.RunAsync,
};
var rounds = args.Length > 0 && int.TryParse(args[^1], out var given) ? given : 15;
var wanted = args.Where(benchmarks.ContainsKey).DefaultIfEmpty().ToArray();
foreach (var (name, run) in benchmarks)
{
    if (wanted.Contains(name) || wanted is [null])
        await run(rounds);
}

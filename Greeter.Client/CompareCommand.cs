using Greeter.Hosting;
using Grpc.Core;
using GrpcTls;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>Every kind of credentials on every port: who gets in, who does not, and why.</summary>
internal static class CompareCommand
{
    private static readonly CredentialsKind[] Kinds = Enum.GetValues<CredentialsKind>();

    public static async Task<int> RunAsync(SettingsReader settings, GreetRequest request, Terminal terminal, ILoggerFactory logs, CancellationToken stop)
    {
        var addresses = settings.Read<AddressesOptions>(AddressesOptions.Section);
        foreach (var port in Kinds)
            ClientSettings.ReadAddress(settings, port, addresses.For(port));
        var mutual = ClientSettings.ReadMaterial(settings, provesItself: true);
        settings.ThrowIfAny();

        var table = new List<CompareCell>();
        foreach (var kind in Kinds)
        {
            foreach (var port in Kinds)
            {
                var material = kind switch
                {
                    CredentialsKind.Insecure => null,
                    CredentialsKind.Tls => mutual!.WithoutIdentity(),
                    _ => mutual,
                };
                var target = new Target(WithScheme(addresses.For(port), kind), kind, material, request.ServerName);
                table.Add(new CompareCell(kind, port, await TryAsync(target, request, terminal, logs, stop)));
            }
        }

        Print(table, terminal);
        return table.TrueForAll(cell => cell.IsAsExpected) ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<TlsProblem?> TryAsync(Target target, GreetRequest request, Terminal terminal, ILoggerFactory logs, CancellationToken stop)
    {
        try
        {
            await foreach (var _ in GreetCommand.GreetAsync(target, request, terminal, logs, stop))
            {
            }

            return null;
        }
        catch (RpcException e)
        {
            stop.ThrowIfCancellationRequested();
            return CallFailure.Explain(e, target, request)[0];
        }
    }

    // The credentials decide whether the client speaks TLS, the address decides to whom.
    private static string WithScheme(string address, CredentialsKind kind)
    {
        var separator = address.IndexOf("://", StringComparison.Ordinal);
        return separator < 0 || address.StartsWith("dns:", StringComparison.Ordinal) ? address
            : (kind == CredentialsKind.Insecure ? "http" : "https") + address[separator..];
    }

    private static void Print(List<CompareCell> table, Terminal terminal)
    {
        var columns = Kinds.Select(port => table.Where(cell => cell.Port == port).Max(cell => cell.Word.Length)).ToArray();
        terminal.Out.WriteLine(Row("credentials", Kinds.Select(port => $"{Name(port)} port")));
        foreach (var row in table.GroupBy(cell => cell.Credentials))
            terminal.Out.WriteLine(Row(Name(row.Key), row.Select(cell => cell.Word)));

        // One cause is told once, with all that it is the cause of.
        var refused = table.Where(cell => cell.Problem is not null);
        foreach (var same in refused.GroupBy(cell => (cell.Problem!.Id, cell.Problem.Fix, cell.IsAsExpected)))
        {
            terminal.Error.WriteLine();
            terminal.Error.WriteLine($"greeter: {Who(same)}{(same.Key.IsAsExpected ? ", refused as it should be" : "")}:");
            ProblemConsole.Write(terminal.Error, same.Select(cell => cell.Problem!));
        }

        if (table.FindAll(cell => !cell.IsAsExpected) is { Count: > 0 } unexpected)
            terminal.Error.WriteLine($"greeter: not as expected: {Who(unexpected)}");

        string Who(IEnumerable<CompareCell> cells) => cells.Count() == table.Count
            ? "every kind of credentials on every port"
            : string.Join(", ", cells.GroupBy(cell => cell.Credentials)
                .GroupBy(row => string.Join(" and the ", row.Select(cell => Name(cell.Port))))
                .Select(rows => $"{string.Join(" and ", rows.Select(row => Name(row.Key)))} credentials on the {rows.Key} port"));

        string Row(string first, IEnumerable<string> cells) =>
            $"{first,-13}{string.Concat(cells.Select((cell, i) => cell.PadRight(columns[i] + 2)))}".TrimEnd();
    }

    private static string Name(CredentialsKind kind) => kind.ToString().ToLowerInvariant();
}

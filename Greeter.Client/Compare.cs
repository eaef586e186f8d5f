using Greeter.Hosting;
using Grpc.Core;
using GrpcTls;
using Microsoft.Extensions.Logging;

namespace Greeter.Client;

/// <summary>Every kind of credentials on every port: who gets in, who does not, and why.</summary>
internal static class Compare
{
    private static readonly CredentialsKind[] Kinds = Enum.GetValues<CredentialsKind>();

    public static async Task<int> RunAsync(Settings settings, GreetRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var addresses = settings.Reader.Read<AddressesOptions>(AddressesOptions.Section);
        foreach (var port in Kinds)
            settings.ReadAddress(port, addresses.For(port));
        var mutual = settings.ReadSource(isMutual: true)?.Current;
        settings.Reader.ThrowIfAny();

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
                table.Add(new CompareCell(kind, port, await TryAsync(target, request, terminal, settings.Logs, cancellationToken)));
            }
        }

        Print(table, terminal);
        return table.TrueForAll(cell => cell.IsAsExpected) ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<TlsProblem?> TryAsync(
        Target target, GreetRequest request, Terminal terminal, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in Greet.GreetAsync(target, request, terminal, logs, cancellationToken))
            {
            }

            return null;
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
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
        var columns = Kinds.Select(port => table.Where(cell => cell.Port == port).Max(cell => cell.Outcome.Length)).ToArray();
        terminal.Out.WriteLine(Row("credentials", Kinds.Select(port => $"{Name(port)} port")));
        foreach (var row in table.GroupBy(cell => cell.Credentials))
            terminal.Out.WriteLine(Row(Name(row.Key), row.Select(cell => cell.Outcome)));

        // One cause is reported once, with all that it is the cause of.
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

/// <summary>One kind of credentials on one port.</summary>
/// <param name="Credentials">What the client brought.</param>
/// <param name="Port">The kind of port it called.</param>
/// <param name="Problem">Why it did not get in; null where it did.</param>
internal sealed record CompareCell(CredentialsKind Credentials, CredentialsKind Port, TlsProblem? Problem)
{
    public string Outcome => Problem is null ? "greeted" : Problem.Id;

    /// <summary>A certificate may be shown to a port that does not ask for one; otherwise the two kinds have to be the same.</summary>
    public bool IsAsExpected => IsAllowed ? Problem is null : Problem is not null && Problem.Id != TlsProblems.ServerUnreachable.Id;

    private bool IsAllowed => Credentials == Port || (Credentials, Port) is (CredentialsKind.Mtls, CredentialsKind.Tls);
}

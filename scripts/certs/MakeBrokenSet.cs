using Greeter.Pki;
using Greeter.Scripts;

namespace Greeter.Certs;

/// <summary>Makes a set with one fault in it, beside the good one, and says how to try it.</summary>
internal static class MakeBrokenSet
{
    public const string List = "list";

    /// <exception cref="Problem">There is no such set, or it cannot be written.</exception>
    public static void Run(string name, CertsRequest request, DateTimeOffset now, TextWriter output)
    {
        if (name == List)
        {
            Write(output);
            return;
        }

        var set = BrokenSets.All.FirstOrDefault(set => set.Name == name)
            ?? throw CertsProblems.Usage($"--broken '{name}': there is no such set; {CommandText.Line($"--broken {List}")} shows them");
        var folder = Path.Combine(request.Layout.Folder, "broken", set.Name);
        try
        {
            using var alone = request.LockFolder();

            // Where there are no authorities yet, two that nobody keeps will do: the set is whole in itself.
            using var authorities = AuthoritySet.Open(request, now);
            var files = new CertificateFiles(authorities.Server.Authority, authorities.Client.Authority, now);
            set.Apply(files);
            files.Write(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CertsProblems.FilesUnusable(folder, e);
        }

        Write(output, set, folder);
    }

    private static void Write(TextWriter output)
    {
        output.WriteLine($"certs: sets with one fault each, for {CommandText.Line("--broken NAME")}");
        output.WriteLine();
        var width = BrokenSets.All.Max(set => set.Name.Length);
        foreach (var set in BrokenSets.All)
            output.WriteLine($"  {set.Name.PadRight(width)}  {set.Description}");
    }

    private static void Write(TextWriter output, BrokenSet set, string folder)
    {
        string File(string name) => CommandText.Quote(Path.Combine(folder, name));
        var server = $"dotnet run --project Greeter.Server -- --Tls:CertificateChain {File("server_cert.pem")} "
            + $"--Tls:PrivateKey {File("server_key.pem")} --Tls:TrustedRoots {File("client_ca.pem")}";
        var client = $"dotnet run --project Greeter.Client -- --server-ca {File("server_ca.pem")} "
            + $"--client-cert {File("client_cert.pem")} --client-key {File("client_key.pem")}";

        output.WriteLine($"certs: {folder}");
        output.WriteLine($"certs: one thing is wrong: {set.Description}");
        output.WriteLine();
        if (set.ReportedBy == ReportedBy.FilesCheck)
            output.WriteLine($"try:  dotnet run --project Greeter.Client -- doctor --files {CommandText.Quote(folder)}");
        else
            output.WriteLine($"try:  {server}");
        if (set.ReportedBy is not (ReportedBy.FilesCheck or ReportedBy.ServerStart))
            output.WriteLine($"then: {client}");
        output.WriteLine($"{Who(set.ReportedBy)}: [{set.Name}]");
    }

    private static string Who(ReportedBy reporter) => reporter switch
    {
        ReportedBy.Call => "the client says",
        ReportedBy.ServerLog => "the server's log says",
        ReportedBy.ServerStart => "the server does not start and says",
        ReportedBy.ClientStart => "the client does not call and says",
        _ => "the doctor says",
    };
}

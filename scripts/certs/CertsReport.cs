using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;

namespace Greeter.Certs;

/// <summary>The answer: what is there now, for which names, until when, and what to type next.</summary>
internal sealed class CertsReport(
    CertsRequest request, DateTimeOffset now, IReadOnlyList<CertsReportLine> authorities, IReadOnlyList<CertsReportLine> holders)
{
    private IEnumerable<CertsReportLine> Lines => authorities.Concat(holders);

    public void Write(TextWriter output)
    {
        output.WriteLine(Lines.Any(line => line.IsNew)
            ? $"certs: {request.Layout.Folder}"
            : $"certs: {request.Layout.Folder} is complete; nothing was changed");
        output.WriteLine();
        var widths = (Folder: Lines.Max(line => Relative(line).Length), Names: Lines.Max(line => line.Names.Length));
        foreach (var line in Lines)
        {
            output.WriteLine(
                $"  {(line.IsNew ? "new " : "kept")}  {Relative(line).PadRight(widths.Folder)}  {line.Names.PadRight(widths.Names)}  "
                + $"{(line.Until <= now ? "EXPIRED" : "until")} {Date(line.Until)}");
        }

        output.WriteLine();
        if (Unused() is { Length: > 0 } unused)
        {
            output.WriteLine($"note: not used, because the certificates exist: {unused}");
            output.WriteLine($"      to make new ones: {request.Command($"--renew {unused}")}");
            output.WriteLine();
        }

        output.WriteLine($"next: {Next()}");
    }

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private string Relative(CertsReportLine line) => Path.GetRelativePath(request.Layout.Folder, line.Folder).Replace('\\', '/') + "/";

    // What was asked for and did not happen must be said, or the next handshake says it.
    private string Unused()
    {
        var server = holders[0];
        var names = request.ServerNames.Select(name => name.Text).Except(server.Names.Split(", ")).Select(name => $"--server-name {name}");
        var nobody = !holders.Any(line => line.IsNew);
        string?[] others =
        [
            nobody && request.Lifetime is { } lifetime ? $"--days {lifetime.Days}" : null,
            nobody && request.Key is { } key ? $"--key {(key == KeyKind.Rsa ? "rsa" : "ec")}" : null,
        ];
        return string.Join(' ', names.Concat(others.OfType<string>()));
    }

    private string Next()
    {
        if (authorities.Any(line => line.Until <= now))
            return request.Command("--force");
        if (holders.Any(line => line.Until <= now))
            return request.Command("--renew");
        const string Server = "dotnet run --project Greeter.Server";
        var files = request.Layout.Server;
        return request.IsDefaultFolder
            ? Server
            : $"{Server} -- --Tls:CertificateChain {CommandText.Quote(files.Certificate)} "
                + $"--Tls:PrivateKey {CommandText.Quote(files.Key)} --Tls:TrustedRoots {CommandText.Quote(files.Roots)}";
    }
}

/// <summary>One certificate in the answer: read back from its file, so that the answer is about what is there.</summary>
internal sealed record CertsReportLine(string Folder, string Names, DateTimeOffset Until, bool IsNew)
{
    public static CertsReportLine Of(LoadedAuthority authority) => new(
        authority.Folder.Path,
        authority.Authority.Root.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
        authority.Authority.Issuing.NotAfter,
        authority.IsNew);

    public static CertsReportLine Of(CertificateHolder holder, bool isNew)
    {
        using var leaf = holder.Folder.ReadLeaf();
        var names = holder.Profile.Uris.Count > 0 ? string.Join(", ", holder.Profile.Uris) : string.Join(", ", ServerName.Of(leaf));
        return new CertsReportLine(holder.Folder.Folder, names, leaf.NotAfter, isNew);
    }
}

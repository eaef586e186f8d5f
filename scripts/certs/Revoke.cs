using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Greeter.Pki;
using Greeter.Scripts;

namespace Greeter.Certs;

/// <summary>Takes client certificates back: writes the list that the server reads, or makes it anew before it is out of date.</summary>
internal static class Revoke
{
    /// <exception cref="Problem">Nothing was changed.</exception>
    public static void Run(CertsRequest request, IReadOnlyList<string> names, DateTimeOffset now, TextWriter output)
    {
        var layout = request.Layout;
        try
        {
            if (!Directory.Exists(layout.Folder))
                throw CertsProblems.RevocationWithoutAuthority(layout.Folder);
            using var alone = request.LockFolder();
            var folder = layout.SharedAuthority.Files.IsComplete ? layout.SharedAuthority : layout.ClientAuthority;
            if (!folder.Files.IsComplete)
                throw CertsProblems.RevocationWithoutAuthority(folder.Path);
            using var authority = folder.Read();
            var revoked = names.Select(name => Find(layout, name, authority)).ToArray();
            var path = layout.ClientRevocationList;
            using var files = new StagedFiles();
            var earlier = File.Exists(path) ? File.ReadAllText(path) : null;
            files.AddPublic(path, RevokedList.ToPem(authority.Issuing, earlier, revoked, now));
            files.Commit();
            foreach (var certificate in revoked)
                output.WriteLine($"certs: revoked {certificate.Subject}, serial number {certificate.SerialNumber}");
            output.WriteLine(
                $"certs: wrote {path}, good until {(now + RevokedList.Lifetime).UtcDateTime:yyyy-MM-dd}; "
                + $"make it anew before: {CommandText.Line("--revoke")}");
            output.WriteLine();
            var shown = Path.GetRelativePath(Environment.CurrentDirectory, path);
            output.WriteLine($"next: dotnet run --project Greeter.Server -- --Tls:RevocationLists {shown}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CertsProblems.FilesUnusable(layout.Folder, e);
        }
        catch (CryptographicException e)
        {
            throw CertsProblems.RevocationListDamaged(layout.ClientRevocationList, e);
        }
    }

    // A path, or the name of a client's file: "client_cert.pem" is the first client's, "alice" the further client's of that name.
    private static X509Certificate2 Find(CertificateLayout layout, string name, Authority authority)
    {
        string[] further = Path.GetFileName(name) == name ? [layout.NamedClient(name).Certificate] : [];
        string[] places = [Path.GetFullPath(name), Path.Combine(layout.Client.Folder, name), .. further];
        var path = Array.Find(places, File.Exists) ?? throw CertsProblems.RevocationUnknownFile(name, places);
        try
        {
            var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
            return certificate.IssuerName.RawData.AsSpan().SequenceEqual(authority.Issuing.SubjectName.RawData)
                ? certificate
                : throw CertsProblems.RevocationOfStranger(path, certificate.Issuer, authority.Issuing.Subject);
        }
        catch (CryptographicException e)
        {
            throw CertsProblems.RevocationNoCertificate(path, e);
        }
    }
}

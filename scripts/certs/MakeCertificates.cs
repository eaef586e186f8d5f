using System.Runtime.InteropServices;
using Greeter.Pki;

namespace Greeter.Certs;

/// <summary>Makes what is missing, or what was asked to be made again, and leaves the rest alone.</summary>
internal static class CertsRun
{
    /// <exception cref="CertsProblem">Nothing was changed.</exception>
    public static CertsReport Make(CertsRequest request, DateTimeOffset now)
    {
        try
        {
            using var alone = CertsFolder.Lock(request.Layout.Folder);
            using var authorities = OpenAuthorities.Open(request, now);
            var holdings = Holding.All(request, authorities);
            Check(request, [.. holdings.Where(holding => !holding.IsDue(request))]);

            // All keys are made before the first byte is written: that is what takes time.
            var due = holdings.Where(holding => holding.IsDue(request)).ToList();
            var issued = due.ConvertAll(holding => (Holding: holding, Certificate: holding.Issue(request, now)));
            Write(request, authorities, issued);
            issued.ForEach(entry => entry.Certificate.Dispose());
            return new CertsReport(
                request,
                now,
                [.. authorities.Each.Select(CertsReportLine.Of)],
                [.. holdings.Select(holding => CertsReportLine.Of(holding, due.Contains(holding)))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CertsProblems.FilesUnusable(request.Layout.Folder, e);
        }
    }

    private static void Check(CertsRequest request, IReadOnlyList<Holding> kept)
    {
        var missing = kept.SelectMany(holding => holding.Folder.Files.Missing).ToList();
        if (missing.Count > 0)
            throw CertsProblems.CertificatesIncomplete(request, missing);
        var faults = kept.Select(holding => holding.Folder.FindFault(holding.Issuer.Authority, holding.Trusted.Authority))
            .OfType<string>().ToList();
        if (faults.Count > 0)
            throw CertsProblems.CertificatesMismatch(request, string.Join("; ", faults));
    }

    private static void Write(
        CertsRequest request, OpenAuthorities authorities, List<(Holding Holding, IssuedCertificate Certificate)> issued)
    {
        // Ctrl+C in these milliseconds waits for the end of them. What still gets cut (a power failure) is found and
        // told by the next run.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var files = new StagedFiles();
        foreach (var authority in authorities.Each.Where(authority => authority.IsNew))
            authority.Folder.Stage(files, authority.Authority);
        foreach (var (holding, certificate) in issued)
            holding.Folder.Stage(files, certificate, holding.Trusted.Authority);
        if (request.Force)
            files.Retire(request.Layout.AllFiles);
        files.Commit();
    }
}

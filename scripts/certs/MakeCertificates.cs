using System.Runtime.InteropServices;
using Greeter.Pki;
using Greeter.Scripts;

namespace Greeter.Certs;

/// <summary>Makes what is missing, or what was asked to be made again, and leaves the rest alone.</summary>
internal static class MakeCertificates
{
    /// <exception cref="Problem">Nothing was changed.</exception>
    public static CertsReport Run(CertsRequest request, DateTimeOffset now)
    {
        try
        {
            using var alone = request.LockFolder();
            using var authorities = AuthoritySet.Open(request, now);
            var holders = CertificateHolder.All(request, authorities);
            Check(request, [.. holders.Where(holder => !holder.IsDue(request))]);

            // All keys are made before the first byte is written: that is what takes time.
            var due = holders.Where(holder => holder.IsDue(request)).ToList();
            var issued = due.ConvertAll(holder => (CertificateHolder: holder, Certificate: holder.Issue(request, now)));
            Write(request, authorities, issued);
            issued.ForEach(entry => entry.Certificate.Dispose());
            return new CertsReport(
                request,
                now,
                [.. authorities.Each.Select(CertsReportLine.Of)],
                [.. holders.Select(holder => CertsReportLine.Of(holder, due.Contains(holder)))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CertsProblems.FilesUnusable(request.Layout.Folder, e);
        }
    }

    private static void Check(CertsRequest request, IReadOnlyList<CertificateHolder> kept)
    {
        var missing = kept.SelectMany(holder => holder.Folder.Files.Missing).ToList();
        if (missing.Count > 0)
            throw CertsProblems.CertificatesIncomplete(request, missing);
        var faults = kept.Select(holder => holder.Folder.FindFault(holder.Issuer.Authority, holder.Trusted.Authority))
            .OfType<string>().ToList();
        if (faults.Count > 0)
            throw CertsProblems.CertificatesMismatch(request, string.Join("; ", faults));
    }

    private static void Write(
        CertsRequest request, AuthoritySet authorities, List<(CertificateHolder CertificateHolder, IssuedCertificate Certificate)> issued)
    {
        // Ctrl+C in these milliseconds waits for the end of them. What still gets cut (a power failure) is found and
        // told by the next run.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var files = new StagedFiles();
        foreach (var authority in authorities.Each.Where(authority => authority.IsNew))
            authority.Folder.Stage(files, authority.Authority);
        foreach (var (holder, certificate) in issued)
            holder.Folder.Stage(files, certificate, holder.Trusted.Authority);
        if (request.Force)
            files.DeleteOnCommit(request.Layout.AllFiles);
        files.Commit();
    }
}

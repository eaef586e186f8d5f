using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>Looks at local files alone: do they fit together, for how long, and who else can read them.</summary>
public static class TlsFilesCheck
{
    private const int LeastRsaBits = 2048; // NIST SP 800-57 part 1, table 2: 112 bits of security.

    /// <summary>Checks the files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="now">The time to check dates against.</param>
    /// <returns>The steps files, dates, chain, names, keys and permissions; problems that prevent a handshake come first.</returns>
    public static TlsDiagnosis Run(TlsFiles files, DateTimeOffset now)
    {
        TlsMaterial material;
        try
        {
            material = TlsMaterial.Load(files);
        }
        catch (TlsException e)
        {
            string[] unreached = ["dates", "chain", "names", "keys", "permissions"];
            return new TlsDiagnosis(
                [
                    new TlsStep("files", TlsStepStatus.Failed, Texts(e.Problems)),
                    .. unreached.Select(name => new TlsStep(name, TlsStepStatus.NotReached, [])),
                ],
                e.Problems);
        }

        X509Certificate2[] own = material.Identity is null ? [] : [material.Identity.Certificate, .. material.Identity.Intermediates];
        X509Certificate2[] all = [.. own, .. material.Roots.Certificates];
        var expired = all.Select(certificate => CertificateValidity.NotValid(certificate, now)).OfType<TlsProblem>().ToArray();
        var dates = expired.Length > 0 ? expired
            : all.Select(certificate => CertificateValidity.Expiry(certificate, now)).OfType<TlsProblem>();
        var names = material.Identity is null ? [] : CertificateNames.Of(material.Identity.Certificate);
        (TlsStep Step, TlsProblem[] Problems)[] checks =
        [
            (new TlsStep("files", TlsStepStatus.Passed, [material.ToString()]), []),
            Check("dates", dates, all.Select(CertificateText.Describe), fails: expired.Length > 0),
            Check("chain", Links(files, own), own.Select(certificate => certificate.Subject)),
            Check("names", Names(files, material), names),
            Check("keys", all.Select(Weakness).OfType<TlsProblem>(), all.Select(CertificateText.Key).Distinct()),
            Check("permissions", material.Warnings, files.PrivateKey is null ? [] : ["nobody else can read the key"]),
        ];
        return new TlsDiagnosis([.. checks.Select(check => check.Step)], [.. checks.SelectMany(check => check.Problems)]);
    }

    private static IEnumerable<TlsProblem> Links(TlsFiles files, X509Certificate2[] own) => own.Zip(own.Skip(1))
        .Where(pair => !CertificateKeys.SameName(pair.First.IssuerName, pair.Second.SubjectName))
        .Select(pair => files.CertificateChain!.About(TlsProblems.ChainBroken).With(
            ("subject", pair.First.Subject), ("issuer", pair.First.Issuer), ("next", pair.Second.Subject)));

    private static IEnumerable<TlsProblem> Names(TlsFiles files, TlsMaterial material) =>
        files.Side == TlsSide.Server && material.Identity is { } identity && CertificateNames.Of(identity.Certificate).Count == 0
            ? [TlsProblems.CertificateWithoutNames.With(("subject", identity.Certificate.Subject))]
            : [];

    private static TlsProblem? Weakness(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        var weakness = rsa?.KeySize < LeastRsaBits ? $"an RSA key of {rsa.KeySize} bits"
            : certificate.SignatureAlgorithm.FriendlyName?.Contains("sha1", StringComparison.OrdinalIgnoreCase) == true
                ? "a signature with SHA-1"
                : null;
        return weakness is null ? null : TlsProblems.WeakKey.With(("subject", certificate.Subject), ("weakness", weakness));
    }

    private static (TlsStep, TlsProblem[]) Check(
        string name, IEnumerable<TlsProblem> problems, IEnumerable<string> ifPassed, bool fails = false)
    {
        var found = problems.ToArray();
        var status = found.Length == 0 ? TlsStepStatus.Passed : fails ? TlsStepStatus.Failed : TlsStepStatus.Warning;
        return (new TlsStep(name, status, found.Length == 0 ? [.. ifPassed] : Texts(found)), found);
    }

    private static string[] Texts(IEnumerable<TlsProblem> problems) =>
        [.. problems.Select(problem => $"{problem.Title}: {problem.Cause}")];
}

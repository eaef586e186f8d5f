using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>Whether a certificate is valid at a time, and for how long.</summary>
public static class CertificateValidity
{
    /// <summary>
    /// The problem of a certificate that is not valid, or the warning for one with a third of its lifetime left or less;
    /// null for none.
    /// </summary>
    /// <param name="certificate">The certificate to look at.</param>
    /// <param name="now">The time.</param>
    public static TlsProblem? Expiry(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (NotValid(certificate, now) is { } problem)
            return problem;
        var lifetime = certificate.NotAfter - certificate.NotBefore;
        var left = certificate.NotAfter.ToUniversalTime() - now;
        return left > lifetime / 3 ? null : TlsProblems.ExpiresSoon.With(
            ("subject", certificate.Subject), ("notAfter", new DateTimeOffset(certificate.NotAfter)),
            ("left", Days(left)), ("lifetime", Days(lifetime)));
    }

    /// <summary>The problem of a certificate that is not valid at a time; null for none.</summary>
    /// <param name="certificate">The certificate to look at.</param>
    /// <param name="now">The time.</param>
    public static TlsProblem? NotValid(X509Certificate2 certificate, DateTimeOffset now) =>
        certificate.NotBefore.ToUniversalTime() <= now && now <= certificate.NotAfter.ToUniversalTime() ? null
            : TlsProblems.NotValidNow.With(
            ("subject", certificate.Subject), ("notBefore", new DateTimeOffset(certificate.NotBefore)),
            ("notAfter", new DateTimeOffset(certificate.NotAfter)), ("now", now));

    private static string Days(TimeSpan time) => time.TotalDays.ToString("0.#", CultureInfo.InvariantCulture);
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace GrpcTls;

/// <summary>
/// The text of a PEM file (RFC 7468), and the file to name when something in it is wrong. Never printed: it may be a key.
/// </summary>
internal sealed partial class PemText(TlsFile file, string text)
{
    private const string Certificate = "CERTIFICATE";

    public TlsFile File => file;

    public string FirstLine => text.AsSpan().EnumerateLines() is var lines && lines.MoveNext() ? lines.Current.ToString() : "";

    public bool HasLegacyEncryption => text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);

    /// <summary>The label of the first private key, or null.</summary>
    public string? KeyLabel => Labels().FirstOrDefault(label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal));

    public override string ToString() => file.Path;

    public void ImportKey(AsymmetricAlgorithm key) => key.ImportFromPem(text);

    public void ImportEncryptedKey(AsymmetricAlgorithm key, string password) => key.ImportFromEncryptedPem(text, password);

    /// <summary>Every certificate of the file, in its order.</summary>
    /// <exception cref="TlsException">There is none, or one is damaged.</exception>
    public X509Certificate2Collection Certificates()
    {
        var begun = Labels().Count(label => label == Certificate);
        if (begun == 0)
            throw new TlsException(Missing(TlsProblems.NoCertificates));

        // ImportFromPem passes over what it cannot read: two blocks glued in one line count as none, without an error.
        var certificates = new X509Certificate2Collection();
        CryptographicException? damage = null;
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException e)
        {
            damage = e;
        }

        if (certificates.Count != begun || damage is not null)
            throw new TlsException(
                file.About(TlsProblems.CertificateMalformed).With(("begun", begun), ("good", certificates.Count)), damage);
        for (var i = 0; i < certificates.Count; i++)
            ReadAll(certificates[i], i + 1);
        return certificates;
    }

    /// <summary>The contents of every block with this label, in the file's order.</summary>
    /// <exception cref="FormatException">A block has no end, or what is in it is not base64.</exception>
    public IEnumerable<byte[]> Blocks(string label)
    {
        var (begin, end) = ($"-----BEGIN {label}-----", $"-----END {label}-----");
        for (var at = text.IndexOf(begin, StringComparison.Ordinal); at >= 0; at = text.IndexOf(begin, at, StringComparison.Ordinal))
        {
            at += begin.Length;
            var length = text.AsSpan(at).IndexOf(end, StringComparison.Ordinal);
            if (length < 0)
                throw new FormatException($"a block {begin} has no end");
            yield return Convert.FromBase64String(text.Substring(at, length));
            at += length + end.Length;
        }
    }

    /// <summary>The problem of a certificate of this file that the platform can do nothing with.</summary>
    /// <param name="number">Its place, from 1.</param>
    /// <param name="reason">What the platform said.</param>
    public TlsException Unusable(int number, Exception reason) =>
        new(file.About(TlsProblems.CertificateUnusable).With(("number", number), ("reason", reason.Message)), reason);

    /// <summary>The problem of a file that lacks what it is for: the one given, or that it is not PEM at all.</summary>
    public TlsProblem Missing(TlsProblem problem)
    {
        var labels = Labels();
        if (labels.Count > 0)
            return file.About(problem).With(("found", string.Join(", ", labels.Distinct())));
        return file.About(TlsProblems.NotPem).With(("looks", text switch
        {
            "" => "is empty",
            _ when string.IsNullOrWhiteSpace(text) => "is blank",
            _ when text[0] == '0' && text.Any(c => c is '\uFFFD' or < ' ' and not ('\r' or '\n' or '\t')) =>
                "looks like DER or a .pfx, which are binary",
            _ => "is some other text or data",
        }));
    }

    // The platform parses lazily: everything that a handshake, a chain or a text will ask for is asked for here, so that
    // damage shows while the file is read, and not on a timer or in a handshake.
    private void ReadAll(X509Certificate2 certificate, int number)
    {
        try
        {
            _ = (certificate.Subject, certificate.Issuer, certificate.NotBefore, certificate.NotAfter);
            _ = (certificate.SerialNumber, certificate.Thumbprint);
            _ = (certificate.SignatureAlgorithm.FriendlyName, certificate.PublicKey.ExportSubjectPublicKeyInfo());
            using var rsa = certificate.GetRSAPublicKey();
            using var ecdsa = certificate.GetECDsaPublicKey();
            foreach (var extension in certificate.Extensions)
            {
                _ = extension switch
                {
                    X509BasicConstraintsExtension basic => basic.CertificateAuthority,
                    X509KeyUsageExtension usage => usage.KeyUsages,
                    X509EnhancedKeyUsageExtension usages => usages.EnhancedKeyUsages.Count,
                    X509SubjectKeyIdentifierExtension subject => subject.SubjectKeyIdentifier,
                    X509AuthorityKeyIdentifierExtension authority => authority.KeyIdentifier,
                    X509SubjectAlternativeNameExtension names => (names.EnumerateDnsNames().Count(), names.EnumerateIPAddresses().Count()),
                    _ => (object?)extension.Oid?.Value,
                };
            }

            // Policies are read by nothing else, and only where a usage is asked for; whether the answer is yes is not the question.
            using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust } };
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.CustomTrustStore.Add(certificate);
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
            chain.Build(certificate);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Unusable(number, e);
        }
    }

    private List<string> Labels() => [.. Begin().Matches(text).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("-----BEGIN ([A-Z0-9 ]+)-----", RegexOptions.CultureInvariant)]
    private static partial Regex Begin();
}

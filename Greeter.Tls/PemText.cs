using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Greeter.Tls;

/// <summary>The text of a PEM file (RFC 7468), and the file to name when something in it is wrong. Never printed: it may be a key.</summary>
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

        if (certificates.Count == begun && damage is null)
            return certificates;
        throw new TlsException(file.About(TlsProblems.CertificateMalformed).With(("begun", begun), ("good", certificates.Count)), damage);
    }

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
            _ when text[0] == '0' && text.Any(c => c is '\uFFFD' or < ' ' and not ('\r' or '\n' or '\t')) => "looks like DER or a .pfx, which are binary",
            _ => "is some other text or data",
        }));
    }

    private List<string> Labels() => [.. Begin().Matches(text).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("-----BEGIN ([A-Z0-9 ]+)-----", RegexOptions.CultureInvariant)]
    private static partial Regex Begin();
}

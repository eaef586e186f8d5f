using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Greeter.Tests;

/// <summary>
/// What a stranger writes in order to be taken for us: control characters, bidi marks, line breaks, places of our texts, and a
/// lot of it.
/// </summary>
internal static class HostileText
{
    public const string Forged = "\u001b[2J\u001b]0;mine\u0007\r\ngreeter: error: forged\nok   trust              forged"
        + "\u202E\u2066\u2028\u2029\u200F\u00AD\uFEFF\u009B31m"
        + "{trusted}{accepted}{subject}{issuer}{reason}{detail}{fix}";

    /// <summary>Longer than any line of ours: six values of 1,000 letters, each with its escapes, and what is around them.</summary>
    public const int LongestLine = 8_000;

    public static string Long(int letters) => Forged + new string('x', letters);

    /// <summary>A certificate of nobody we know, for every use; its names are as they come.</summary>
    public static X509Certificate2 Certificate(string subject, string issuer, string? dnsName = null)
    {
        const int Dns = 2; // RFC 5280, section 4.2.1.6: GeneralName's tag.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name(subject), key, HashAlgorithmName.SHA256);
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
            names.WriteCharacterString(UniversalTagNumber.IA5String, dnsName ?? "localhost", new Asn1Tag(TagClass.ContextSpecific, Dns));
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", names.Encode(), critical: false));
        using var certificate = request.Create(
            Name(issuer), X509SignatureGenerator.CreateForECDsa(key), TestPki.Now.AddHours(-1), TestPki.Now.AddHours(1), [1, 2, 3, 4]);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>91 kB, just below what OpenSSL takes (100 kB): filled in again and again, its subject would be 250 MB.</summary>
    public static X509Certificate2 Bomb() => Certificate(string.Concat(Enumerable.Repeat("{issuer}", 5_000)), new string('i', 50_000));

    /// <summary>Nothing in it moves a cursor, turns around, or begins a line; and no line is long.</summary>
    public static void ShouldBePlain(this string said, int longestLine = LongestLine)
    {
        var lines = said.Split('\n');
        foreach (var line in lines)
        {
            line.Where(IsHostile).Select(c => $"U+{(int)c:X4}").Should().BeEmpty("of {0}", line[..Math.Min(line.Length, 300)]);
            line.Length.Should().BeLessThan(longestLine);
        }

        lines.Should().NotContain(line => line.StartsWith("greeter: error: forged", StringComparison.Ordinal)
            || line.StartsWith("ok   trust              forged", StringComparison.Ordinal));
    }

    /// <summary>The client failed, for this reason, and both of its streams are plain.</summary>
    public static void ShouldEndPlain(this TestClient client, string problem)
    {
        client.ExitCode.Should().Be(1, client.Error);
        client.Error.Should().Contain(problem);
        client.Output.ShouldBePlain();
        client.Error.ShouldBePlain();
    }

    private static bool IsHostile(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;

    private static X500DistinguishedName Name(string commonName)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        return name.Build();
    }
}

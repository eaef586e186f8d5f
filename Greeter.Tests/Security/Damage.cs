using System.Security.Cryptography;

namespace Greeter.Tests;

/// <summary>Damages PEM files where no text shows it: inside the DER.</summary>
internal static class Damage
{
    /// <summary>The public key of an EC certificate no longer lies on its curve.</summary>
    public const string PublicKey = "one bit of the public key";

    /// <summary>P-256's identifier becomes one that nobody has given out; the first, so that it is the leaf's.</summary>
    public const string Curve = "an unknown curve";

    /// <summary>The extended key usages are no list any more.</summary>
    public const string Usages = "malformed usages";

    /// <summary>notAfter has a month 13.</summary>
    public const string Date = "a month 13";

    private static readonly byte[] P256 = Convert.FromHexString("06082A8648CE3D030107");

    public static string Pem(string pem, string how) => Pem(pem, der =>
    {
        switch (how)
        {
            case PublicKey:
                der[Find(der, Convert.FromHexString("03420004")) + 10] ^= 1;
                break;
            case Curve:
                der[Find(der, P256) + P256.Length - 1] = 0x77;
                break;
            case Usages:
                der[Find(der, Convert.FromHexString("0603551D2504")) + 7] = 0x05;
                break;
            case Date:
                "13"u8.CopyTo(der.AsSpan(FindLast(der, Convert.FromHexString("170D")) + 4));
                break;
            default:
                throw new ArgumentException(how);
        }

        return der;
    });

    /// <summary>Changes the DER of a file's first block.</summary>
    public static string Pem(string pem, Func<byte[], byte[]> change)
    {
        var fields = PemEncoding.Find(pem);
        var der = change(Convert.FromBase64String(pem[fields.Base64Data]));
        return PemEncoding.WriteString(pem[fields.Label], der) + pem[fields.Location.End..];
    }

    private static int Find(byte[] der, byte[] pattern)
    {
        var at = der.AsSpan().IndexOf(pattern);
        at.Should().BePositive("the file has what is to be damaged");
        return at;
    }

    private static int FindLast(byte[] der, byte[] pattern) => der.AsSpan().LastIndexOf(pattern);
}

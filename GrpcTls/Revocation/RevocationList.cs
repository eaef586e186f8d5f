using System.Collections.Frozen;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>A certificate revocation list (RFC 5280, section 5): the serial numbers that an authority has taken back.</summary>
internal sealed class RevocationList
{
    public required TlsFile File { get; init; }

    public required X500DistinguishedName Issuer { get; init; }

    /// <summary>The identifier of the key that signed it, where the list tells; two authorities may share a name.</summary>
    public string? IssuerKeyId { get; init; }

    /// <summary>The authority's count of its lists, where the list tells.</summary>
    public BigInteger? Number { get; init; }

    /// <summary>When the list was made.</summary>
    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>When the authority promised a newer list at the latest.</summary>
    public required DateTimeOffset NextUpdate { get; init; }

    public required FrozenSet<string> Serials { get; init; }

    public required ReadOnlyMemory<byte> Signed { get; init; }

    public required byte[] Signature { get; init; }

    /// <summary>The algorithm of the signature.</summary>
    public required string Algorithm { get; init; }

    public static string Serial(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes.TrimStart((byte)0));

    public bool Contains(X509Certificate2 certificate) => Serials.Contains(Serial(certificate.SerialNumberBytes.Span));

    /// <summary>Whether both say that they are of the same authority.</summary>
    public bool IsOfSameAuthority(RevocationList other) =>
        CertificateKeys.SameName(Issuer, other.Issuer) && IssuerKeyId == other.IssuerKeyId;

    /// <summary>Whether the other list of the authority was made after this one.</summary>
    public bool IsOlderThan(RevocationList other) => ThisUpdate < other.ThisUpdate || Number < other.Number;

    /// <summary>Whether this authority's key signed the list: anybody can write an authority's name into one.</summary>
    public bool IsSignedBy(X509Certificate2 authority)
    {
        try
        {
            using var ecdsa = authority.GetECDsaPublicKey();
            using var rsa = authority.GetRSAPublicKey();
            return Algorithm switch
            {
                "1.2.840.10045.4.3.2" => Ecdsa(ecdsa, HashAlgorithmName.SHA256),
                "1.2.840.10045.4.3.3" => Ecdsa(ecdsa, HashAlgorithmName.SHA384),
                "1.2.840.10045.4.3.4" => Ecdsa(ecdsa, HashAlgorithmName.SHA512),
                "1.2.840.113549.1.1.11" => Rsa(rsa, HashAlgorithmName.SHA256),
                "1.2.840.113549.1.1.12" => Rsa(rsa, HashAlgorithmName.SHA384),
                "1.2.840.113549.1.1.13" => Rsa(rsa, HashAlgorithmName.SHA512),
                _ => false, // SHA-1 and unknown ones prove nothing.
            };
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException)
        {
            return false; // Neither does a key or a signature that cannot be read.
        }
    }

    private bool Ecdsa(ECDsa? key, HashAlgorithmName hash) =>
        key?.VerifyData(Signed.Span, Signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;

    private bool Rsa(RSA? key, HashAlgorithmName hash) => key?.VerifyData(Signed.Span, Signature, hash, RSASignaturePadding.Pkcs1) == true;
}

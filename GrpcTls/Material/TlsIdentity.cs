using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>Who this process is: its certificate with the private key, and the intermediates that lead to a root.</summary>
public sealed class TlsIdentity
{
    private readonly AsymmetricAlgorithm _key;

    internal TlsIdentity(X509Certificate2Collection chain, AsymmetricAlgorithm key)
    {
        _key = key;
        Certificate = WithKey(chain[0], key);
        Intermediates = [.. chain.Skip(1)];
        ChainPem = string.Concat(chain.Select(certificate => certificate.ExportCertificatePem() + "\n"));
    }

    /// <summary>The certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificates between <see cref="Certificate"/> and a root, as the file has them; they are sent along.</summary>
    public X509Certificate2Collection Intermediates { get; }

    /// <summary>The chain as PEM text, the certificate first.</summary>
    public string ChainPem { get; }

    /// <summary>The private key as unencrypted PKCS#8 PEM, for interfaces that take nothing else. A secret: never log it.</summary>
    public string ExportPrivateKeyPem() => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>The certificate's subject. The key is never part of any text.</summary>
    public override string ToString() => Certificate.Subject;

    private static X509Certificate2 WithKey(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        var both = key switch
        {
            RSA rsa => certificate.CopyWithPrivateKey(rsa),
            ECDsa ecdsa => certificate.CopyWithPrivateKey(ecdsa),
            _ => throw new ArgumentException($"{key.GetType().Name} is not a key for TLS", nameof(key)),
        };

        // Windows' TLS cannot use a key that exists in memory alone ("No credentials are available in the security
        // package", https://github.com/dotnet/runtime/issues/23749): a turn through PKCS#12 stores it for this process.
        return OperatingSystem.IsWindows()
            ? X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pkcs12), password: null)
            : both;
    }
}

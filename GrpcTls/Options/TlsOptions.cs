using System.ComponentModel.DataAnnotations;

namespace GrpcTls;

/// <summary>The section <c>Tls</c> of the configuration: where the files are that prove who we are and say whom we believe.</summary>
public sealed class TlsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Tls";

    /// <summary>What stands in <see cref="TrustedRoots"/> for the operating system's own list of authorities.</summary>
    public const string System = "system";

    /// <summary>A PEM file: our certificate first, then its intermediates. A server needs it; a client for mutual TLS.</summary>
    public string? CertificateChain { get; set; }

    /// <summary>A PEM file: the private key of the first certificate in <see cref="CertificateChain"/>.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>A file whose first line opens <see cref="PrivateKey"/>, where that is encrypted. Empty by default.</summary>
    public string? PrivateKeyPasswordFile { get; set; }

    /// <summary>A PEM file with the root certificates that may vouch for the other side; on a client also <c>system</c>.</summary>
    public string? TrustedRoots { get; set; }

    /// <summary>
    /// Files with the certificate revocation lists (RFC 5280, PEM or DER) of the authorities that vouch for clients.
    /// Empty by default: nobody is asked.
    /// </summary>
    public string[] RevocationLists { get; set; } = [];

    /// <summary>What becomes of a client whose authority has no current list among <see cref="RevocationLists"/>. Closed by default.</summary>
    public RevocationMode RevocationMode { get; set; }

    /// <summary>How often the files are read again. 00:00:00.1 to 01:00:00; 5 seconds by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(5);
}

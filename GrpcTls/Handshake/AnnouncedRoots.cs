using System.Net.Security;
using System.Runtime.InteropServices;

namespace GrpcTls;

/// <summary>
/// The names of the trusted roots, which a server tells with its question for a certificate so that a client with several can choose.
/// A help, and no part of the verification: where they cannot be told, none are (RFC 8446, section 4.2.4 makes them optional).
/// </summary>
public static class AnnouncedRoots
{
    // All extensions of TLS 1.3's CertificateRequest share 16 bits of length (RFC 8446, section 4.3.2); beside the names stand the
    // kinds of signatures, some 50 bytes. A longer list fails every handshake with an internal error.
    private const int Room = ushort.MaxValue - 1024;

    // Each name has a length of two bytes before it.
    private const int LengthBytes = 2;

    /// <summary>Why no names are told; null where they are.</summary>
    /// <param name="roots">The roots of a server that verifies its clients.</param>
    public static TlsProblem? Problem(TlsRoots roots)
    {
        var bytes = roots.Certificates.Sum(root => root.SubjectName.RawData.Length + LengthBytes);
        return bytes <= Room ? null
            : TlsProblems.RootsNotAnnounced.With(("count", roots.Certificates.Count), ("bytes", bytes), ("limit", Room));
    }

    /// <param name="roots">The roots.</param>
    /// <param name="platform">The operating system; null for this one.</param>
    internal static SslCertificateTrust? For(TlsRoots roots, OSPlatform? platform)
    {
        // SslCertificateTrust throws elsewhere: Windows takes names from a store of the machine alone, not from a collection.
        var isPossible = platform is null
            ? OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()
            : platform == OSPlatform.Linux || platform == OSPlatform.OSX;
        return isPossible && Problem(roots) is null
            ? SslCertificateTrust.CreateForX509Collection(roots.Certificates, sendTrustInHandshake: true)
            : null;
    }
}

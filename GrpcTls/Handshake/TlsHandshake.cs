using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>
/// The only place where material becomes options of a handshake. The posture is the method's name. Each call builds
/// new options: keep them as long as the material, because OpenSSL's context is cached with the certificate's context.
/// </summary>
public static class TlsHandshake
{
    // RFC 9113, section 9.2 forbids HTTP/2 below TLS 1.2; naming both versions keeps a system's older default out.
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    // RFC 5280, section 4.2.1.12.
    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1", "TLS server");
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2", "TLS client");

    /// <summary>A server that proves who it is and asks nobody for a certificate.</summary>
    /// <param name="material">Needs an identity.</param>
    /// <exception cref="ArgumentException">The material has no identity.</exception>
    public static SslServerAuthenticationOptions Server(TlsMaterial material) => new()
    {
        ServerCertificateContext = Context(material, trust: null),
        EnabledSslProtocols = Versions,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
    };

    /// <summary>A server that proves who it is and lets in only clients that prove who they are.</summary>
    /// <param name="material">Needs an identity, and roots that are not the operating system's.</param>
    /// <param name="observe">Is told what each client showed and what the platform thinks of it; null for nobody.</param>
    /// <param name="platform">The operating system that the options are for; null for this one.</param>
    /// <exception cref="ArgumentException">The material has no identity or no roots of its own.</exception>
    public static SslServerAuthenticationOptions MutualServer(
        TlsMaterial material, PeerObserver? observe = null, OSPlatform? platform = null)
    {
        // With the operating system's list every holder of any public certificate would be let in.
        if (material.Roots.IsSystem)
            throw new ArgumentException("clients are verified against roots of one's own", nameof(material));

        return new SslServerAuthenticationOptions
        {
            // The names of the roots go into the CertificateRequest, so that a client can tell which of its certificates fits.
            ServerCertificateContext = Context(material, AnnouncedRoots.For(material.Roots, platform)),
            EnabledSslProtocols = Versions,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificateRequired = true,
            CertificateChainPolicy = Policy(material.Roots, ClientAuth),
            RemoteCertificateValidationCallback = Callback(TlsSide.Client, observe, material.Revocation),

            // A resumed session carries the leaf alone, so a client with an intermediate would be refused; sessions cross
            // to other ports with the same certificate; and a changed trust decision would not be asked for again.
            AllowTlsResume = false,
        };
    }

    /// <summary>A client that trusts the material's roots, and proves who it is where the material has an identity.</summary>
    /// <param name="material">May have no identity; may have the operating system's roots.</param>
    /// <param name="observe">Is told what the server showed and what the platform thinks of it; null for nobody.</param>
    public static SslClientAuthenticationOptions Client(TlsMaterial material, PeerObserver? observe = null) => new()
    {
        EnabledSslProtocols = Versions,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        CertificateChainPolicy = Policy(material.Roots, ServerAuth),
        RemoteCertificateValidationCallback = Callback(TlsSide.Server, observe, revocation: null),

        // The context sends the intermediates along; a collection of client certificates would send the leaf alone.
        ClientCertificateContext = material.Identity is null ? null : Context(material, trust: null),

        // .NET keeps sessions by host name, not by port: a session from a port that asks for no certificate
        // would be offered to one that does, and refused (https://github.com/dotnet/runtime/issues/96164).
        AllowTlsResume = material.Identity is null,
    };

    /// <summary>Verifies once more a client that is already connected: would <see cref="MutualServer"/> let it in today?</summary>
    /// <param name="material">Whose roots and revocation lists count.</param>
    /// <param name="certificate">What the client showed.</param>
    /// <param name="intermediates">What it sent along.</param>
    /// <param name="now">The time by this end's clock.</param>
    /// <returns>What is wrong, the decisive first; empty where it would be let in.</returns>
    public static IReadOnlyList<TlsProblem> VerifyClient(
        TlsMaterial material, X509Certificate2 certificate, X509Certificate2Collection intermediates, DateTimeOffset now)
    {
        try
        {
            using var chain = new X509Chain { ChainPolicy = Policy(material.Roots, ClientAuth) };
            chain.ChainPolicy.ExtraStore.AddRange(intermediates);
            chain.ChainPolicy.VerificationTime = now.UtcDateTime;
            if (!chain.Build(certificate))
            {
                return new PeerDiagnosis(TlsSide.Client, material.Roots, now)
                    .Explain(certificate, chain, SslPolicyErrors.RemoteCertificateChainErrors, askedName: null);
            }

            return Refusal(TlsSide.Client, chain, material.Revocation, askedName: null) is { } refused ? [refused] : [];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The platform says "ASN1 corrupted data"; our rules say of what.
            var problems = new CertificateRules(TlsSide.Client).Check([certificate, .. intermediates]).ToArray();
            return problems.Length > 0 ? problems : [PeerDiagnosis.Unreadable(TlsSide.Client, e)];
        }
    }

    // The platform decides; our rules and a revocation list may only refuse more; the observer is told and has no say. Nothing
    // that a stranger shows may throw out of here: the platform passes it on, and Kestrel would log it once for each handshake.
    private static RemoteCertificateValidationCallback Callback(
        TlsSide peer, PeerObserver? observe, TlsRevocation? revocation) => (sender, certificate, chain, errors) =>
    {
        TlsProblem? refused;
        try
        {
            refused = errors == SslPolicyErrors.None ? Refusal(peer, chain!, revocation, (sender as SslStream)?.TargetHostName) : null;
            observe?.Invoke((X509Certificate2?)certificate, chain, errors, refused);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or TlsException)) // A client's observer refuses with words.
        {
            refused = PeerDiagnosis.Unreadable(peer, e);
            Readable.OrNull(() =>
            {
                observe?.Invoke(certificate: null, chain: null, errors, refused);
                return refused;
            });
        }

        return errors == SslPolicyErrors.None && refused is null;
    };

    // Of a chain that the platform has accepted.
    private static TlsProblem? Refusal(TlsSide peer, X509Chain chain, TlsRevocation? revocation, string? askedName)
    {
        var elements = chain.ChainElements.Select(element => element.Certificate).ToArray();
        return new CertificateRules(peer).Check(elements).FirstOrDefault()
            ?? (peer == TlsSide.Server ? CertificateRules.CheckName(elements[0], askedName) : null)
            ?? revocation?.Check(chain);
    }

    // Offline: the chain is what the file says. Otherwise a missing intermediate would be fetched from the address
    // inside the certificate, while a handshake waits.
    private static SslStreamCertificateContext Context(TlsMaterial material, SslCertificateTrust? trust)
    {
        var identity = material.Identity ?? throw new ArgumentException("the material has no identity", nameof(material));
        return SslStreamCertificateContext.Create(identity.Certificate, identity.Intermediates, offline: true, trust);
    }

    private static X509ChainPolicy Policy(TlsRoots roots, Oid usage)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = roots.IsSystem ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,

            // A policy asks for revocation lists online unless told otherwise; a private authority that publishes none
            // would then have every good certificate refused (https://github.com/dotnet/runtime/issues/111704).
            RevocationMode = X509RevocationMode.NoCheck,

            // Nothing a stranger puts into a certificate makes us open a connection.
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(usage);
        policy.CustomTrustStore.AddRange(roots.Certificates);
        return policy;
    }
}

/// <summary>
/// Is told what the other side showed in a handshake. It has no say in whether the handshake succeeds; what it throws is what
/// the handshake then fails with.
/// </summary>
/// <param name="certificate">What the peer showed; null for nothing.</param>
/// <param name="chain">What the platform built of it; only to be used during the call.</param>
/// <param name="errors">What the platform found wrong.</param>
/// <param name="refused">Why our own rules or a revocation list refuse a peer that the platform accepts; null where they do not.</param>
public delegate void PeerObserver(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, TlsProblem? refused);

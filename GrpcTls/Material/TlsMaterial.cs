using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GrpcTls;

/// <summary>
/// Everything a handshake needs, loaded at one moment and never changed: identity and roots always belong together.
/// Not disposable on purpose: handshakes may still use it after it was replaced; finalizers free it.
/// </summary>
public sealed class TlsMaterial
{
    private TlsMaterial(
        TlsIdentity? identity, TlsRoots roots, TlsRevocation? revocation = null, IReadOnlyList<TlsProblem>? warnings = null) =>
        (Identity, Roots, Revocation, Warnings) = (identity, roots, revocation, warnings ?? []);

    // Of the files that say whom to trust. Null where the material does not come from files.
    private string? _trustDigest;

    /// <summary>Who this process is; null on a client without a certificate.</summary>
    public TlsIdentity? Identity { get; }

    /// <summary>Whom this process trusts.</summary>
    public TlsRoots Roots { get; }

    /// <summary>Whom this process trusts no longer; null where no lists are configured.</summary>
    public TlsRevocation? Revocation { get; }

    /// <summary>What is wrong with the files and does not keep them from being used.</summary>
    internal IReadOnlyList<TlsProblem> Warnings { get; }

    /// <summary>Loads the files.</summary>
    /// <param name="files">The files; a client's name the roots, or say <see cref="TlsFiles.TrustsSystem"/>.</param>
    /// <exception cref="TlsException">Files are not named, missing, unreadable or do not fit; all problems are in it.</exception>
    public static TlsMaterial Load(TlsFiles files) => Parse(files, files.Read());

    /// <summary>Makes material of PEM texts, as <c>Grpc.Core</c>'s credentials have them.</summary>
    /// <param name="rootsPem">The root certificates; null for the operating system's.</param>
    /// <param name="chainPem">Our certificate and its intermediates; null to show none.</param>
    /// <param name="keyPem">The unencrypted private key of the first certificate.</param>
    /// <exception cref="TlsException">A text cannot be used, or key and certificate do not fit.</exception>
    public static TlsMaterial FromPem(string? rootsPem, string? chainPem = null, string? keyPem = null)
    {
        PemText Text(string text, string parameter) => new(new TlsFile("the text given", parameter, "PEM text"), text);
        return new TlsMaterial(
            chainPem is null ? null : TlsIdentityReader.Read(
                Text(chainPem, nameof(chainPem)), Text(keyPem ?? "", nameof(keyPem)), passwordFile: null, "the password", password: null),
            rootsPem is null ? TlsRoots.System : TlsRoots.From(Text(rootsPem, nameof(rootsPem))));
    }

    /// <summary>Every certificate in it: ours, the intermediates, the roots.</summary>
    public IEnumerable<X509Certificate2> Certificates() =>
        Identity is null ? Roots.Certificates : [Identity.Certificate, .. Identity.Intermediates, .. Roots.Certificates];

    /// <summary>The same roots, and nothing to show.</summary>
    public TlsMaterial WithoutIdentity() => new(identity: null, Roots);

    /// <summary>
    /// Whether both come of the same roots and revocation lists, byte for byte: then everybody who was let in by one is let in
    /// by the other. False where it is not known.
    /// </summary>
    /// <param name="other">What it is compared with.</param>
    public bool TrustsLike(TlsMaterial other) => this == other || (_trustDigest is not null && _trustDigest == other._trustDigest);

    /// <summary>The identity's and the roots' subjects.</summary>
    public override string ToString() => $"{Identity?.ToString() ?? "nobody"}, trusting {Roots}";

    internal static TlsMaterial Parse(TlsFiles files, TlsFileContents contents)
    {
        var problems = new List<TlsProblem>(files.Absent().Concat(contents.Problems));
        var identity = Try(problems, () => ReadIdentity(files, contents));
        var roots = Try(
            problems, () => contents.Has(files.TrustedRoots) ? TlsRoots.From(contents.Text(files.TrustedRoots!)) : TlsRoots.System);
        var lists = files.RevocationLists.Where(contents.Has)
            .SelectMany(file => Try(problems, () => RevocationListReader.Read(file, contents)) ?? []).ToArray();
        var revocation = files.RevocationLists.Count == 0 ? null : new TlsRevocation(lists, files.RevocationFailure);
        return problems.Count == 0
            ? new TlsMaterial(identity, roots!, revocation, contents.Warnings) { _trustDigest = TrustDigest(files, contents) }
            : throw new TlsException(problems);
    }

    private static string TrustDigest(TlsFiles files, TlsFileContents contents) => string.Join(
        ' ', files.RevocationLists.Prepend(files.TrustedRoots).Select(file =>
            contents.Has(file) ? Convert.ToHexString(SHA256.HashData(contents.Bytes(file!).Span)) : "none"));

    private static TlsIdentity? ReadIdentity(TlsFiles files, TlsFileContents contents)
    {
        var hasPassword = contents.Has(files.PrivateKeyPassword);
        var lacksPassword = files.PrivateKeyPassword is not null && !hasPassword;
        if (!contents.Has(files.CertificateChain) || !contents.Has(files.PrivateKey) || lacksPassword)
            return null; // Not wanted, or already among the problems.
        var identity = TlsIdentityReader.Read(
            contents.Text(files.CertificateChain!), contents.Text(files.PrivateKey!),
            files.PrivateKeyPassword, files.PrivateKeyPasswordSetting,
            hasPassword ? contents.Text(files.PrivateKeyPassword!).FirstLine : null);

        // A certificate for the other end would be refused by every peer, or by .NET silently not sent.
        if (CertificateUsages.Check(identity.Certificate, files.Side) is not { } usage)
            return identity;
        throw new TlsException(usage with { Cause = $"{usage.Cause} ({files.CertificateChain!.Path}, {files.CertificateChain.Setting})" });
    }

    private static T? Try<T>(List<TlsProblem> problems, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (TlsException e)
        {
            problems.AddRange(e.Problems);
            return null;
        }
    }
}

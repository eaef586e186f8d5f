using System.Text;

namespace GrpcTls;

/// <summary>What the files held at one moment, or why they could not be read.</summary>
internal sealed class TlsFileContents
{
    private readonly Dictionary<TlsFile, byte[]> _bytes = [];

    public TlsFileContents(TlsFiles files)
    {
        Add(files.CertificateChain, FilePermissions.Public);
        Add(files.PrivateKey, FilePermissions.Secret);
        Add(files.PrivateKeyPassword, FilePermissions.Secret);
        Add(files.TrustedRoots, FilePermissions.Trusted);
        foreach (var list in files.RevocationLists)
            Add(list, FilePermissions.Trusted, TlsFile.MostListBytes);
    }

    public List<TlsProblem> Problems { get; } = [];

    /// <summary>What does not keep the files from being used.</summary>
    public List<TlsProblem> Warnings { get; } = [];

    public bool Has(TlsFile? file) => file is not null && _bytes.ContainsKey(file);

    public ReadOnlyMemory<byte> Bytes(TlsFile file) => _bytes[file];

    /// <summary>The file as text; a byte order mark decides between UTF-8 and UTF-16, as in editors on Windows.</summary>
    public PemText Text(TlsFile file)
    {
        using var reader = new StreamReader(new MemoryStream(_bytes[file]), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return new PemText(file, reader.ReadToEnd());
    }

    /// <summary>Whether both hold the same bytes: unlike times and events this sees every way of replacing a file.</summary>
    public bool Equals(TlsFileContents other) =>
        _bytes.Count == other._bytes.Count
        && _bytes.All(entry => other._bytes.TryGetValue(entry.Key, out var bytes) && bytes.AsSpan().SequenceEqual(entry.Value))
        && Problems.SequenceEqual(other.Problems) && Warnings.SequenceEqual(other.Warnings);

    private void Add(TlsFile? file, FilePermissions permissions, int most = TlsFile.MostBytes)
    {
        if (file is null)
            return;
        try
        {
            (_bytes[file], var mode) = file.ReadWithMode(most);
            if (permissions.Error(file, mode) is { } error)
                Problems.Add(error);
            else if (permissions.Warning(file, mode) is { } warning)
                Warnings.Add(warning);
        }
        catch (TlsException e)
        {
            Problems.AddRange(e.Problems);
        }
    }
}

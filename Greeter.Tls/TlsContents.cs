using System.Text;

namespace Greeter.Tls;

/// <summary>What the files held at one moment, or why they could not be read.</summary>
internal sealed class TlsContents
{
    private readonly Dictionary<TlsFile, byte[]> _bytes = [];

    public TlsContents(IEnumerable<TlsFile> files)
    {
        foreach (var file in files)
        {
            try
            {
                _bytes[file] = file.Read();
            }
            catch (TlsException e)
            {
                Problems.AddRange(e.Problems);
            }
        }
    }

    public List<TlsProblem> Problems { get; } = [];

    public bool Has(TlsFile? file) => file is not null && _bytes.ContainsKey(file);

    public ReadOnlyMemory<byte> Bytes(TlsFile file) => _bytes[file];

    /// <summary>The file as text; a byte order mark decides between UTF-8 and UTF-16, as in editors on Windows.</summary>
    public PemText Text(TlsFile file)
    {
        using var reader = new StreamReader(new MemoryStream(_bytes[file]), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return new PemText(file, reader.ReadToEnd());
    }

    /// <summary>Whether both hold the same bytes: unlike times and events this sees every way of replacing a file.</summary>
    public bool Equals(TlsContents other) =>
        _bytes.Count == other._bytes.Count
        && _bytes.All(entry => other._bytes.TryGetValue(entry.Key, out var bytes) && bytes.AsSpan().SequenceEqual(entry.Value))
        && Problems.SequenceEqual(other.Problems);
}

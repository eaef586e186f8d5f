using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>The headers or trailers of a call.</summary>
public sealed class Metadata : IList<Metadata.Entry>
{
    public const string BinaryHeaderSuffix = "-bin";

    public static readonly Metadata Empty = new Metadata().Freeze();

    private readonly List<Entry> _entries = [];
    private bool _readOnly;

    public int Count => _entries.Count;

    public bool IsReadOnly => _readOnly;

    public Entry this[int index]
    {
        get => _entries[index];
        set => Writable()[index] = Checked(value);
    }

    /// <summary>The last entry of that name, or null.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => entry.Key == Normalized(key));

    public string? GetValue(string key) => Get(key)?.Value;

    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => entry.Key == Normalized(key));

    public void Add(Entry item) => Writable().Add(Checked(item));

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Insert(int index, Entry item) => Writable().Insert(index, Checked(item));

    public bool Remove(Entry item) => Writable().Remove(item);

    public void RemoveAt(int index) => Writable().RemoveAt(index);

    public void Clear() => Writable().Clear();

    public bool Contains(Entry item) => _entries.Contains(item);

    public int IndexOf(Entry item) => _entries.IndexOf(item);

    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Entry Checked(Entry item) => item ?? throw new ArgumentNullException(nameof(item));

    private static string Normalized(string key) => (key ?? throw new ArgumentNullException(nameof(key))).ToLowerInvariant();

    private List<Entry> Writable() => _readOnly ? throw new InvalidOperationException("the metadata is read-only") : _entries;

    private Metadata Freeze()
    {
        _readOnly = true;
        return this;
    }

    /// <summary>One header: text, or bytes where the key ends with <see cref="BinaryHeaderSuffix"/>.</summary>
    public class Entry
    {
        private readonly byte[]? _bytes;
        private readonly string? _text;

        public Entry(string key, byte[] valueBytes)
        {
            Key = ValidKey(key);
            if (!IsBinary)
                throw new ArgumentException($"the key of a binary value must end with '{BinaryHeaderSuffix}'", nameof(key));
            _bytes = (byte[])(valueBytes ?? throw new ArgumentNullException(nameof(valueBytes))).Clone();
        }

        public Entry(string key, string value)
        {
            Key = ValidKey(key);
            if (IsBinary)
                throw new ArgumentException($"the key of a text value must not end with '{BinaryHeaderSuffix}'", nameof(key));
            _text = value ?? throw new ArgumentNullException(nameof(value));
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        public string Value => _text ?? throw new InvalidOperationException("a binary header has no text; use ValueBytes");

        public byte[] ValueBytes => _bytes is null ? Encoding.ASCII.GetBytes(_text!) : (byte[])_bytes.Clone();

        public override string ToString() => IsBinary ? $"[Entry: key={Key}, valueBytes=...]" : $"[Entry: key={Key}, value={_text}]";

        private static string ValidKey(string key)
        {
            var normalized = Normalized(key);
            if (normalized.Length == 0 || normalized.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
                throw new ArgumentException("a key may hold letters, digits, '.', '_' and '-' only", nameof(key));
            return normalized;
        }
    }
}

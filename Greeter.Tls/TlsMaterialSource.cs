namespace Greeter.Tls;

/// <summary>Holds the material that is in use. Handshakes ask for <see cref="Current"/> each time and keep nothing.</summary>
public sealed class TlsMaterialSource
{
    private readonly TlsMaterial _current;

    /// <summary>Loads the files.</summary>
    /// <param name="files">The files to load.</param>
    /// <exception cref="TlsException">The files cannot be used; all problems are in it.</exception>
    public TlsMaterialSource(TlsFiles files) => _current = TlsMaterial.Load(files);

    /// <summary>The newest good material. Safe to read from any thread.</summary>
    public TlsMaterial Current => _current;
}

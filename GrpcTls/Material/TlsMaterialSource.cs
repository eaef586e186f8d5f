using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace GrpcTls;

/// <summary>
/// Holds the material that is in use and watches its files: they are read again and again, and their bytes compared, which
/// sees every way of replacing a file. A good new set is published as a whole with one write; a bad one changes nothing
/// and is said once. Handshakes ask for <see cref="Current"/> each time and keep nothing.
/// </summary>
public sealed class TlsMaterialSource
{
    private readonly TlsFiles _files;
    private readonly RevocationHistory _history = new();
    private TlsFileContents _seen;
    private TlsFileContents _used;
    private volatile TlsMaterial _current;

    /// <summary>Loads the files.</summary>
    /// <param name="files">The files to load.</param>
    /// <exception cref="TlsException">The files cannot be used; all problems are in it.</exception>
    public TlsMaterialSource(TlsFiles files)
    {
        _files = files;
        _seen = _used = files.Read();
        _current = TlsMaterial.Parse(files, _seen);
        _history.Use(_current.Revocation, DateTimeOffset.UtcNow);
    }

    /// <summary>
    /// Raised after newer material has been published, on the thread that read the files. A subscriber that throws stops
    /// neither the others nor the watch; it is logged.
    /// </summary>
    public event Action<TlsMaterial>? Changed;

    /// <summary>The newest good material. Safe to read from any thread.</summary>
    public TlsMaterial Current => _current;

    /// <summary>Whether the files hold what is in use; not after a bad set.</summary>
    internal bool IsCurrent => _seen == _used;

    /// <summary>Reads the files in an interval, until the result is disposed.</summary>
    /// <param name="interval">How often. Positive.</param>
    /// <param name="time">Whose timer is used, and whose clock certificates are checked against.</param>
    /// <param name="logger">Where changes, bad sets and approaching expiry are told.</param>
    /// <param name="meters">Makes the meter <c>GrpcTls</c> of reloads and time left; null for a meter that ends with the watch.</param>
    public IDisposable Watch(TimeSpan interval, TimeProvider time, ILogger logger, IMeterFactory? meters = null)
    {
        var watcher = new TlsMaterialWatcher(this, interval, time, logger, meters);
        watcher.Start();
        return watcher;
    }

    /// <summary>Reads the files now, and publishes what they hold if it is new and good.</summary>
    /// <param name="now">The time: a set whose own certificate has expired is not good.</param>
    /// <param name="failed">Is told what a subscriber of <see cref="Changed"/> has thrown.</param>
    /// <returns>What is wrong with a new set; null where nothing changed or the new set was taken.</returns>
    internal TlsException? Refresh(DateTimeOffset now, Action<Exception> failed)
    {
        var contents = _files.Read();
        if (contents.Equals(_seen))
            return null;
        _seen = contents;
        if (contents.Equals(_used))
        {
            _used = contents; // A bad set was taken back.
            return null;
        }

        try
        {
            var material = TlsMaterial.Parse(_files, contents);
            Check(material, now);
            (_used, _current) = (contents, material);
            _history.Use(material.Revocation, now);
        }
        catch (TlsException e)
        {
            return e;
        }

        foreach (var subscriber in Delegate.EnumerateInvocationList(Changed))
        {
            try
            {
                subscriber(_current);
            }
            catch (Exception e)
            {
                failed(e);
            }
        }

        return null;
    }

    // At start an expired certificate is served, for the peers to explain; nobody wants to change a good one for it. Nor a
    // newer list for an older one.
    private void Check(TlsMaterial material, DateTimeOffset now)
    {
        if (_history.Check(material.Revocation) is { } older)
            throw new TlsException(older);
        if (material.Identity is { } identity && CertificateValidity.NotValid(identity.Certificate, now) is { } problem)
            throw new TlsException(problem);
    }
}

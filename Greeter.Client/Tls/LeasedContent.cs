using System.Net;

namespace Greeter.Client.Tls;

/// <summary>A response's content that tells when it is done with.</summary>
internal sealed class LeasedContent : HttpContent
{
    private readonly HttpContent _inner;
    private HandlerLease? _lease;

    public LeasedContent(HttpContent inner, HandlerLease lease)
    {
        (_inner, _lease) = (inner, lease);
        foreach (var (name, values) in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => _inner.ReadAsStreamAsync();

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => _inner.ReadAsStreamAsync(cancellationToken);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => _inner.ReadAsStream(cancellationToken);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            Interlocked.Exchange(ref _lease, null)?.Release();
        }

        base.Dispose(disposing);
    }
}

using System.Net;

namespace Greeter.Client.Tls;

/// <summary>A response's content that tells when it is done with.</summary>
internal sealed class LeasedContent(HttpContent inner, HandlerLease lease) : ContentAround(inner)
{
    private HandlerLease? _lease = lease;

    protected override Task<Stream> CreateContentReadStreamAsync() => Inner.ReadAsStreamAsync();

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Inner.ReadAsStreamAsync(cancellationToken);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => Inner.ReadAsStream(cancellationToken);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Inner.CopyToAsync(stream, context);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            Interlocked.Exchange(ref _lease, null)?.Release();
    }
}

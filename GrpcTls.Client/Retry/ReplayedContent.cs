using System.Net;

namespace GrpcTls.Client;

/// <summary>A stream of requests that can be sent more than once; its writer, who writes each request once, does not notice.</summary>
internal sealed class ReplayedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly ReplayedStream _requests = new();
    private Task? _writing;

    public ReplayedContent(HttpContent inner)
    {
        _inner = inner;
        foreach (var (name, values) in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    /// <summary>
    /// From now on the stream that is being sent is the only one. Returns at once: a write may be waiting for the other side.
    /// </summary>
    public void EndReplay() => _ = _requests.EndReplayAsync();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var replaced = await _requests.AttachAsync(stream).ConfigureAwait(false);
        _writing ??= _inner.CopyToAsync(_requests, context);

        // A failed attempt must fail where HttpClient reads the response, and not here: only then does HttpClient make another one.
        // ConfigureAwait(false): completing the request stream ends this method on the caller's thread, before the call can be
        // disposed (https://github.com/grpc/grpc-dotnet/issues/1394).
        if (await Task.WhenAny(_writing, replaced).ConfigureAwait(false) == replaced)
            throw new OperationCanceledException();
        await _writing.ConfigureAwait(false);
    }
    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}

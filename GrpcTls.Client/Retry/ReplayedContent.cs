using System.Net;

namespace GrpcTls.Client;

/// <summary>A stream of requests that can be sent more than once; its writer, who writes each request once, does not notice.</summary>
internal sealed class ReplayedContent(HttpContent inner) : DelegatingContent(inner)
{
    private readonly ReplayedStream _requests = new();
    private Task? _writing;

    /// <summary>From now on the stream that is being sent is the only one. Returns at once: a write may be waiting for the other side.</summary>
    public void EndReplay() => _ = _requests.EndReplayAsync();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var replaced = await _requests.AttachAsync(stream).ConfigureAwait(false);
        _writing ??= Inner.CopyToAsync(_requests, context);

        // An attempt that fails says so where its response is read, and not here: only then it is made again. In no context
        // of the caller's: whoever completes the requests ends the stream in doing so, before the call may be disposed
        // (https://github.com/grpc/grpc-dotnet/issues/1394).
        if (await Task.WhenAny(_writing, replaced).ConfigureAwait(false) == replaced)
            throw new OperationCanceledException();
        await _writing.ConfigureAwait(false);
    }
}

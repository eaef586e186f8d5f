using System.Net;
using System.Net.Http.Headers;

namespace Greeter.Tests;

/// <summary>A gRPC request whose headers are sent and whose body never comes.</summary>
internal sealed class EndlessContent : HttpContent
{
    public EndlessContent() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

    public bool IsComplete { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken);
        await Task.Delay(Timeout.Infinite, cancellationToken);
        IsComplete = true;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

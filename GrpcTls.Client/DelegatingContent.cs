namespace GrpcTls.Client;

/// <summary>Another content with something added to how it is sent or read; headers and length are the other's.</summary>
internal abstract class DelegatingContent : HttpContent
{
    protected DelegatingContent(HttpContent inner)
    {
        Inner = inner;
        foreach (var (name, values) in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected HttpContent Inner { get; }

    protected override bool TryComputeLength(out long length)
    {
        length = Inner.Headers.ContentLength ?? 0;
        return Inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Inner.Dispose();
        base.Dispose(disposing);
    }
}

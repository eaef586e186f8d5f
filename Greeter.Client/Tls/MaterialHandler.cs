using Greeter.Tls;

namespace Greeter.Client.Tls;

/// <summary>
/// Sends each call with the newest material: HttpClient copies its TLS options once, so newer material takes another
/// handler. Calls in flight finish on the one they began with, which is disposed after the last of them.
/// </summary>
/// <remarks>
/// The channel puts its connect hook, by which it balances loads and tells its state, onto the one SocketsHttpHandler that
/// it finds, the anchor. Every other handler gets the same hook.
/// </remarks>
internal sealed class MaterialHandler : DelegatingHandler
{
    private readonly TlsMaterialSource _source;
    private readonly SocketsHttpHandler _anchor;
    private readonly Func<TlsMaterial, SocketsHttpHandler> _create;
    private readonly Lock _lock = new();
    private HandlerLease _current;

    /// <param name="source">Where newer material comes from.</param>
    /// <param name="create">Makes a handler for material.</param>
    public MaterialHandler(TlsMaterialSource source, Func<TlsMaterial, SocketsHttpHandler> create)
        : this(source, create, source.Current)
    {
    }

    private MaterialHandler(TlsMaterialSource source, Func<TlsMaterial, SocketsHttpHandler> create, TlsMaterial first)
        : base(create(first))
    {
        (_source, _create, _anchor) = (source, create, (SocketsHttpHandler)InnerHandler!);
        _current = new HandlerLease(first, _anchor);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var lease = Take();
        try
        {
            var response = await lease.Invoker.SendAsync(request, cancellationToken);

            // The call goes on for as long as its response is read.
            response.Content = new LeasedContent(response.Content, lease);
            return response;
        }
        catch
        {
            lease.Release();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
                _current.Retire();
        }

        base.Dispose(disposing);
    }

    private HandlerLease Take()
    {
        var material = _source.Current;
        lock (_lock)
        {
            if (_current.Material != material)
            {
                var handler = _create(material);
                handler.ConnectCallback = _anchor.ConnectCallback;
                _current.Retire();
                _current = new HandlerLease(material, handler);
            }

            _current.Take();
            return _current;
        }
    }
}

namespace GrpcTls.Client;

/// <summary>
/// Sends each call with the newest material: HttpClient copies its TLS options once, so newer material takes another
/// handler. Calls in flight finish on the one they began with; its connections close after the last of them.
/// </summary>
/// <remarks>
/// The channel puts its connect hook, by which it balances loads and tells its state, onto the one SocketsHttpHandler that
/// it finds, the anchor. Every other handler gets the same hook.
/// </remarks>
internal sealed class RotatingTlsHandler : DelegatingHandler
{
    private readonly TlsMaterialSource _source;
    private readonly SocketsHttpHandler _anchor;
    private readonly Func<TlsMaterial, SocketsHttpHandler> _create;
    private readonly Lock _lock = new();
    private CountedHandler _current;

    /// <param name="source">Where newer material comes from.</param>
    /// <param name="create">Makes a handler for material.</param>
    public RotatingTlsHandler(TlsMaterialSource source, Func<TlsMaterial, SocketsHttpHandler> create)
        : this(source, create, source.Current)
    {
    }

    private RotatingTlsHandler(TlsMaterialSource source, Func<TlsMaterial, SocketsHttpHandler> create, TlsMaterial first)
        : base(create(first))
    {
        (_source, _create, _anchor) = (source, create, (SocketsHttpHandler)InnerHandler!);
        _current = new CountedHandler(first, _anchor);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Only until the response begins: a disposed SocketsHttpHandler starts nothing new and lets the streams of its HTTP/2
        // connections end, so a response that nobody reads or disposes keeps no connection once the server has sent it.
        var lease = Take();
        try
        {
            return await lease.Invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lease.Release();
        }
    }

    // HttpClient's blocking calls come here; the base class would send them with the first material for ever.
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var lease = Take();
        try
        {
            return lease.Invoker.Send(request, cancellationToken);
        }
        finally
        {
            lease.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
                _current.Release();
        }

        base.Dispose(disposing);
    }

    private CountedHandler Take()
    {
        lock (_lock)
        {
            // Read inside: two calls that read in one order and enter in the other would go back to the older material.
            var material = _source.Current;
            if (_current.Material != material)
            {
                var handler = _create(material);
                handler.ConnectCallback = _anchor.ConnectCallback;
                _current.Release();
                _current = new CountedHandler(material, handler);
            }

            _current.Take();
            return _current;
        }
    }

    /// <summary>A handler for one material, and how many requests are being sent with it.</summary>
    private sealed class CountedHandler(TlsMaterial material, SocketsHttpHandler handler)
    {
        // One for being the current one, released by the next.
        private int _users = 1;

        public TlsMaterial Material => material;

        public HttpMessageInvoker Invoker { get; } = new(handler, disposeHandler: true);

        public void Take() => Interlocked.Increment(ref _users);

        public void Release()
        {
            if (Interlocked.Decrement(ref _users) == 0)
                Invoker.Dispose(); // Its connections end after the streams that are open on them.
        }
    }
}

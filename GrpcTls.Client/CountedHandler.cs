namespace GrpcTls.Client;

/// <summary>A handler for one material, and how many requests are being sent with it.</summary>
internal sealed class CountedHandler(TlsMaterial material, SocketsHttpHandler handler)
{
    // One for being the current one, which ends with Retire.
    private int _users = 1;

    public TlsMaterial Material => material;

    public HttpMessageInvoker Invoker { get; } = new(handler, disposeHandler: true);

    public void Take() => Interlocked.Increment(ref _users);

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Invoker.Dispose(); // Its connections end after the streams that are open on them.
    }

    /// <summary>No further call will take it.</summary>
    public void Retire() => Release();
}

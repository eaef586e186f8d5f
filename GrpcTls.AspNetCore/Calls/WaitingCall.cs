using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace GrpcTls.AspNetCore;

/// <summary>Counts what one call keeps waiting, in both directions. A call of which nothing waits costs no lock.</summary>
internal sealed class WaitingCall : IRequestBodyPipeFeature, IHttpResponseBodyFeature
{
    private readonly HttpContext _context;
    private readonly WaitingBytes _all;
    private readonly IHttpResponseBodyFeature _response;
    private long _unread;
    private long _unsent;

    private WaitingCall(HttpContext context, WaitingBytes all)
    {
        (_context, _all, _response) = (context, all, context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        Place = new LinkedListNode<WaitingCall>(this);
        Reader = new CountingReader(this, context.Request.BodyReader);
        Writer = new CountingWriter(this, _response.Writer);
    }

    public PipeReader Reader { get; }

    public PipeWriter Writer { get; }

    public Stream Stream => _response.Stream;

    /// <summary>For <see cref="WaitingBytes"/>, under its lock.</summary>
    public LinkedListNode<WaitingCall> Place { get; }

    /// <summary>For <see cref="WaitingBytes"/>, under its lock.</summary>
    public long Counted { get; set; }

    /// <summary>For <see cref="WaitingBytes"/>, under its lock.</summary>
    public bool IsOver { get; set; }

    public static async Task RunAsync(HttpContext context, RequestDelegate next, WaitingBytes all)
    {
        var call = new WaitingCall(context, all);
        context.Features.Set<IRequestBodyPipeFeature>(call);
        context.Features.Set<IHttpResponseBodyFeature>(call);
        try
        {
            await next(context);
            if (Interlocked.Read(ref call._unsent) > 0)
                await call.Writer.FlushAsync(); // A reply that is not a stream's: gRPC leaves it to the end of the call.
        }
        finally
        {
            all.Remove(call);
        }
    }

    /// <summary>Ends the call at once: a status would have to wait behind what the client does not take.</summary>
    public void End() => _context.Abort();

    public void DisableBuffering() => _response.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _response.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        _response.SendFileAsync(path, offset, count, cancellationToken);

    public Task CompleteAsync() => _response.CompleteAsync();

    private void Count() => _all.Set(this, Interlocked.Read(ref _unread) + Interlocked.Read(ref _unsent));

    private sealed class CountingReader(WaitingCall call, PipeReader inner) : PipeReader
    {
        private ReadOnlySequence<byte> _read;

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            var unread = _read.Slice(consumed).Length;
            inner.AdvanceTo(consumed, examined);
            if (Interlocked.Exchange(ref call._unread, unread) != unread)
                call.Count();
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken);
            _read = result.Buffer;
            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            var isRead = inner.TryRead(out result);
            _read = result.Buffer;
            return isRead;
        }
    }

    private sealed class CountingWriter(WaitingCall call, PipeWriter inner) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes)
        {
            Interlocked.Add(ref call._unsent, bytes);
            inner.Advance(bytes);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            var flushing = inner.FlushAsync(cancellationToken);
            var isWaiting = !flushing.IsCompleted;
            if (isWaiting)
                call.Count();
            var result = await flushing;
            Interlocked.Exchange(ref call._unsent, 0);
            if (isWaiting)
                call.Count();
            return result;
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
    }
}

using System.Globalization;
using System.Runtime.ExceptionServices;

namespace GrpcTls.Client;

/// <summary>
/// Where requests are written to: the stream of the current attempt. Until the call is taken it keeps what was written,
/// and a write that fails with its attempt waits for the next one, which begins with everything kept.
/// </summary>
internal sealed class ReplayedStream : Stream
{
    // What is kept at the most. A call that has sent more without an answer fails with its connection.
    private const int Limit = 64 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private MemoryStream? _kept = new();
    private Stream _current = Null;
    private TaskCompletionSource _replaced = new();
    private TaskCompletionSource<bool> _replayed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isPlain;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Goes on with another stream, which gets first what earlier ones got.</summary>
    /// <returns>Completes when the next one takes over.</returns>
    /// <exception cref="IOException">What earlier ones got is no longer there.</exception>
    public async Task<Task> AttachAsync(Stream stream)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_kept is not { } kept)
            {
                throw new IOException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the connection ended before the server took the call, and more than {Limit} bytes of it had been sent"));
            }

            await ReplayAsync(kept, stream).ConfigureAwait(false);
            _current = stream;
            _replaced.TrySetResult();
            _replaced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _replayed.TrySetResult(true);
            _replayed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _replaced.Task;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>There will be no other stream: the call is taken, or it has failed.</summary>
    public async Task EndReplayAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false); // A replay that runs is finished first: what waits for it has been written.
        _kept = null;
        _replayed.TrySetResult(false);
        _turn.Release();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isPlain ? _current.WriteAsync(buffer, cancellationToken) : new ValueTask(WriteKeptAsync(buffer, cancellationToken));

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _isPlain ? _current.FlushAsync(cancellationToken) : TryAsync(current => current.FlushAsync(cancellationToken), cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static async Task ReplayAsync(MemoryStream kept, Stream stream)
    {
        if (kept.Length == 0)
            return;
        try
        {
            await stream.WriteAsync(kept.GetBuffer().AsMemory(0, (int)kept.Length)).ConfigureAwait(false);
            await stream.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // This attempt has ended too.
        }
    }

    private Task WriteKeptAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => TryAsync(
        current =>
        {
            Keep(buffer.Span);
            return current.WriteAsync(buffer, cancellationToken).AsTask();
        },
        cancellationToken);

    private async Task TryAsync(Func<Stream, Task> act, CancellationToken cancellationToken)
    {
        Task<bool> replayed;
        Exception failure;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await act(_current).ConfigureAwait(false);
            _isPlain = _kept is null;
            return;
        }
        catch (Exception e) when (_kept is not null && !cancellationToken.IsCancellationRequested)
        {
            (failure, replayed) = (e, _replayed.Task);
        }
        finally
        {
            _turn.Release();
        }

        // The write failed together with its attempt: the next attempt sends it, or there is no next attempt.
        if (!await replayed.WaitAsync(cancellationToken).ConfigureAwait(false))
            ExceptionDispatchInfo.Throw(failure);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_kept?.Length + bytes.Length > Limit)
            _kept = null;
        _kept?.Write(bytes);
    }
}

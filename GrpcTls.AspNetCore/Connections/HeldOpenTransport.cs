using System.IO.Pipelines;

namespace GrpcTls.AspNetCore;

/// <summary>A connection's two directions, which stay open when HTTP is done with them: <see cref="GracefulClose"/> ends them.</summary>
internal sealed class HeldOpenTransport(IDuplexPipe transport) : IDuplexPipe
{
    private readonly Writer _output = new(transport.Output);

    public PipeReader Input { get; } = new Reader(transport.Input);

    public PipeWriter Output => _output;

    /// <summary>
    /// Completes when the server has sent its SETTINGS, which it does after the client's preface, or when nobody waits for
    /// that any longer.
    /// </summary>
    public Task Settings => _output.Sent.Task;

    /// <summary>Whether the server has sent its SETTINGS.</summary>
    public bool SettingsSent => _output.Sent.Task is { IsCompleted: true, Result: true };

    /// <summary>Waits for them; if it takes too long, they count as not sent for ever.</summary>
    public async Task WaitForSettingsAsync(TimeSpan timeout, TimeProvider time)
    {
        await Settings.WaitAsync(timeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GiveUp();
    }

    /// <summary>From now on SETTINGS come too late.</summary>
    public void GiveUp() => _output.Sent.TrySetResult(false);

    private sealed class Reader(PipeReader inner) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }

    private sealed class Writer(PipeWriter inner) : PipeWriter
    {
        public TaskCompletionSource<bool> Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (!Sent.Task.IsCompleted)
                Sent.TrySetResult(true); // SETTINGS are what HTTP/2 sends first.
            return inner.FlushAsync(cancellationToken);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
    }
}

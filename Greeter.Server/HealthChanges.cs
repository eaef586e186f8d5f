using System.Threading.Channels;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Greeter.Server;

/// <summary>What one watcher has yet to be told. A slow watcher is told the newest state, not every one.</summary>
internal sealed class HealthChanges : IDisposable
{
    private readonly Channel<ServingStatus> _changes =
        Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(capacity: 1) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Action<HealthChanges> _gone;

    public HealthChanges(Action<HealthChanges> gone, ServingStatus first)
    {
        _gone = gone;
        Add(first);
    }

    public void Add(ServingStatus status) => _changes.Writer.TryWrite(status);

    public void End() => _changes.Writer.TryComplete();

    public IAsyncEnumerable<ServingStatus> ReadAllAsync(CancellationToken stop) => _changes.Reader.ReadAllAsync(stop);

    public void Dispose() => _gone(this);
}

using System.Threading.Channels;

namespace GrpcTls.AspNetCore;

/// <summary>
/// Who is still let in, after a change of roots or revocation lists: asked once for each chain, and never on the thread that
/// reads the files, because ten thousand chains take seconds.
/// </summary>
/// <param name="current">The material that is in use.</param>
/// <param name="open">The connections.</param>
/// <param name="verify">Why a connection would no longer be let in; null where it would.</param>
/// <param name="end">Ends a connection, for a reason.</param>
/// <param name="logger">Where failures are told: they stop nothing.</param>
internal sealed partial class Reverification(
    TlsMaterial current, Func<IEnumerable<OpenConnection>> open, Func<TlsMaterial, OpenConnection, string?> verify,
    Action<OpenConnection, string> end, ILogger logger)
{
    // One at a time, and of the changes that come meanwhile the last: the ones before it no longer count.
    private readonly Channel<TlsMaterial> _changes = Channel.CreateBounded<TlsMaterial>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>Asks for a run, unless nothing but the server's own certificate has changed; returns at once.</summary>
    public void Request(TlsMaterial material)
    {
        // Compared with the material before, not with that of the last run: a root that comes and goes between two runs may
        // have let somebody in.
        if (!material.TrustsLike(current))
            _changes.Writer.TryWrite(material);
        current = material;
    }

    /// <summary>Lets <see cref="RunAsync"/> end.</summary>
    public void Stop() => _changes.Writer.TryComplete();

    public async Task RunAsync()
    {
        await foreach (var material in _changes.Reader.ReadAllAsync().ConfigureAwait(false))
            Verify(material);
    }

    private void Verify(TlsMaterial material)
    {
        var verdicts = new Dictionary<string, string?>();
        foreach (var connection in open())
        {
            try
            {
                Verify(material, connection, verdicts);
            }
            catch (Exception e)
            {
                Log.Failed(logger, connection, e);
            }
        }
    }

    private void Verify(TlsMaterial material, OpenConnection connection, Dictionary<string, string?> verdicts)
    {
        if (connection is { Certificate: null } or { EndingSince: not null })
            return;
        var chain = connection.Chain;
        if (!verdicts.TryGetValue(chain, out var reason))
            verdicts[chain] = reason = verify(material, connection);
        if (reason is not null)
            end(connection, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "ReverificationFailed", Level = LogLevel.Error,
            Message = "the connection of {Connection} could not be verified after a change of the files")]
        public static partial void Failed(ILogger logger, OpenConnection connection, Exception exception);
    }
}

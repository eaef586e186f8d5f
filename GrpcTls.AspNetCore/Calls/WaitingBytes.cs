namespace GrpcTls.AspNetCore;

/// <summary>
/// What waits in all calls together: parts of messages that have come, and messages that their clients do not take. Above
/// the limit the call that has waited longest ends: an honest call waits for milliseconds.
/// </summary>
/// <param name="max">How many bytes may wait.</param>
internal sealed class WaitingBytes(long max)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<WaitingCall> _calls = [];
    private long _total;

    /// <summary>How many bytes wait.</summary>
    public long Total
    {
        get
        {
            lock (_lock)
                return _total;
        }
    }

    /// <summary>How many bytes of a call wait now.</summary>
    public void Set(WaitingCall call, long bytes)
    {
        var ended = new List<WaitingCall>();
        lock (_lock)
        {
            Count(call, bytes);
            while (_total > max && _calls.First is { Value: var longest })
            {
                End(longest);
                ended.Add(longest);
            }
        }

        ended.ForEach(each => each.End());
    }

    /// <summary>The call is over: nothing of it waits any more, whatever is still running of it.</summary>
    public void Remove(WaitingCall call)
    {
        lock (_lock)
            End(call);
    }

    private void End(WaitingCall call)
    {
        Count(call, 0);
        call.IsOver = true;
    }

    private void Count(WaitingCall call, long bytes)
    {
        if (call.IsOver)
            return;
        _total += bytes - call.Counted;
        call.Counted = bytes;
        var isListed = call.Place.List is not null;
        if (bytes == 0 && isListed)
            _calls.Remove(call.Place);
        else if (bytes > 0 && !isListed)
            _calls.AddLast(call.Place);
    }
}

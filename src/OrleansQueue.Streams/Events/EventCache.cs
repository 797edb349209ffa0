namespace OrleansQueue.Streams.Events;

/// <summary>
/// What is in memory of a partition: the newest events without a gap, and pieces of older ones that were read for subscriptions that lag. Both
/// are bounded by bytes; what does not fit is dropped, oldest or longest unused first, since the log has it.
/// </summary>
/// <param name="maxBytes">The most bytes, of which a half is for the newest events. One chunk of each is kept however large it is.</param>
internal sealed class EventCache(long maxBytes)
{
    private readonly LinkedList<Chunk> _history = new();
    private readonly List<Chunk> _tail = [];
    private long _tailBytes;
    private long _historyBytes;

    /// <summary>The offset behind the newest event that was read.</summary>
    public long End { get; private set; }

    /// <summary>The memory that is taken.</summary>
    public long SizeInBytes => _tailBytes + _historyBytes;

    /// <summary>Forgets everything; reading goes on at an offset.</summary>
    public void Reset(long end)
    {
        _tail.Clear();
        _history.Clear();
        (_tailBytes, _historyBytes, End) = (0, 0, end);
    }

    /// <summary>Takes in what was read at <see cref="End"/>.</summary>
    public void AddNewest(Chunk chunk)
    {
        _tail.Add(chunk);
        _tailBytes += chunk.SizeInBytes;
        End = chunk.End;
        var dropped = 0;
        while (_tailBytes > maxBytes / 2 && dropped < _tail.Count - 1)
        {
            _tailBytes -= _tail[dropped++].SizeInBytes;
        }

        _tail.RemoveRange(0, dropped);
    }

    /// <summary>Takes in what was read for a subscription that lags.</summary>
    public void AddOlder(Chunk chunk)
    {
        _history.AddFirst(chunk);
        _historyBytes += chunk.SizeInBytes;
        while (_historyBytes > maxBytes / 2 && _history.Count > 1)
        {
            _historyBytes -= _history.Last!.Value.SizeInBytes;
            _history.RemoveLast();
        }
    }

    /// <summary>The chunk that covers an offset, or null where none does.</summary>
    public Chunk? Find(long offset) => FindNewest(offset) ?? FindOlder(offset);

    private Chunk? FindNewest(long offset)
    {
        if (_tail.Count == 0 || offset < _tail[0].From || offset >= End)
        {
            return null;
        }

        var (low, high) = (0, _tail.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _tail[middle].From <= offset ? (middle, high) : (low, middle - 1);
        }

        return _tail[low].Covers(offset) ? _tail[low] : null;
    }

    private Chunk? FindOlder(long offset)
    {
        for (var node = _history.First; node is not null; node = node.Next)
        {
            if (node.Value.Covers(offset))
            {
                _history.Remove(node);
                _history.AddFirst(node);
                return node.Value;
            }
        }

        return null;
    }
}

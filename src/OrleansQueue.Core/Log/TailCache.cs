namespace OrleansQueue.Log;

/// <summary>A batch in memory: the stamped header, and the records as they came.</summary>
internal readonly record struct CachedBatch(Offset BaseOffset, Offset NextOffset, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Records)
{
    public int SizeInBytes => Header.Length + Records.Length;
}

/// <summary>
/// The newest batches of a partition, so that readers at its end cost no disk read. The oldest make room for the newest: where
/// the partition's own share is used up, and where all partitions together hold more than they may.
/// </summary>
internal sealed class TailCache(int capacity, MemoryBudget shared)
{
    private readonly LinkedList<CachedBatch> _batches = new();
    private int _bytes;

    public int SizeInBytes => _bytes;

    public void Add(in CachedBatch batch)
    {
        // Where the log was opened again in between, it may hold a batch that is not here; a reader must not step over it.
        if (_batches.Last is { } newest && newest.Value.NextOffset != batch.BaseOffset)
        {
            Clear();
        }

        _batches.AddLast(batch);
        _bytes += batch.SizeInBytes;
        shared.Take(batch.SizeInBytes);
        while ((_bytes > capacity || shared.IsOver) && _batches.First is { } oldest)
        {
            _bytes -= oldest.Value.SizeInBytes;
            shared.Give(oldest.Value.SizeInBytes);
            _batches.RemoveFirst();
        }
    }

    /// <summary>Forgets everything, as for a partition that nobody uses.</summary>
    public void Clear()
    {
        _batches.Clear();
        shared.Give(_bytes);
        _bytes = 0;
    }

    /// <summary>
    /// Adds the batches from the one that holds <paramref name="from"/> on to <paramref name="parts"/>, as many as fit but at
    /// least one, and returns the offset behind them; null where that one is not here.
    /// </summary>
    public Offset? TryRead(Offset from, int maxBytes, List<ReadOnlyMemory<byte>> parts)
    {
        if (_batches.First is null || from < _batches.First.Value.BaseOffset || from >= _batches.Last!.Value.NextOffset)
        {
            return null;
        }

        // Readers are mostly near the end, so the search goes backwards.
        var node = _batches.Last;
        while (node!.Value.BaseOffset > from)
        {
            node = node.Previous;
        }

        Offset? next = null;
        for (var bytes = 0; node is not null && (next is null || bytes + node.Value.SizeInBytes <= maxBytes); node = node.Next)
        {
            parts.Add(node.Value.Header);
            parts.Add(node.Value.Records);
            bytes += node.Value.SizeInBytes;
            next = node.Value.NextOffset;
        }

        return next;
    }
}

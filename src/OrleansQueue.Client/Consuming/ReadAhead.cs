namespace OrleansQueue.Client;

/// <summary>
/// What the partitions of one member may hold in memory together. A partition that has nothing may always ask for one answer,
/// or a partition whose handler is slow would starve others; a second one, beside that which is being processed, only while
/// there is room.
/// </summary>
/// <param name="options">The limits.</param>
internal sealed class ReadAhead(ConsumerOptions options)
{
    private long _used;
    private int _partitions;

    /// <summary>Whether a partition may ask for more beside what it has.</summary>
    public bool HasRoom => Volatile.Read(ref _used) < options.ReadAheadBytes;

    /// <summary>What one partition asks for at a time.</summary>
    public int BytesOfOne => ReaderOptions.BytesOfOne(options.MaxBytes, options.ReadAheadBytes, Volatile.Read(ref _partitions));

    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);

    public void Enter() => Interlocked.Increment(ref _partitions);

    public void Leave() => Interlocked.Decrement(ref _partitions);
}

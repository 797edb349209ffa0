namespace OrleansQueue;

/// <summary>Bytes that many share. It may be used from several threads at once.</summary>
/// <param name="limit">How many bytes there are.</param>
internal sealed class MemoryBudget(long limit)
{
    private long _used;

    /// <summary>A budget that never ends.</summary>
    public static MemoryBudget Unlimited { get; } = new(long.MaxValue);

    /// <summary>Bytes that are taken.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Whether more is taken than there is.</summary>
    public bool IsOver => Used > limit;

    /// <summary>Takes bytes where as many are left.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Takes bytes whether or not as many are left; who does so gives back soon.</summary>
    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _used, -bytes);
}

namespace OrleansQueue.Queues;

/// <summary>When leases and waits may be over. It names some that have ended or were put off meanwhile; who asks looks at the rows.</summary>
internal sealed class QueueTimes
{
    private const int Slack = 1024;

    private readonly PriorityQueue<Due, long> _dues = new();

    /// <summary>When the next may be over; null where there is none.</summary>
    public long? Next => _dues.TryPeek(out _, out var at) ? at : null;

    /// <summary>A lease may be over then.</summary>
    public void AddLease(long at, long number) => _dues.Enqueue(new Due(true, number), at);

    /// <summary>A message may be available again then.</summary>
    public void AddPlace(long at, long place) => _dues.Enqueue(new Due(false, place), at);

    /// <summary>Takes the next that may be over by now.</summary>
    public bool TryTake(long now, out Due due)
    {
        due = default;
        return _dues.TryPeek(out _, out var at) && at <= now && _dues.TryDequeue(out due, out _);
    }

    /// <summary>Whether so many that are over already have gathered that it is worth beginning anew with what there is.</summary>
    public bool IsCrowded(int rows) => _dues.Count > Slack + (4 * rows);

    public void Clear() => _dues.Clear();

    /// <summary>What may be over.</summary>
    /// <param name="IsLease">Whether it is a lease, else a message that waits.</param>
    /// <param name="Id">The lease's number, or the message's place.</param>
    public readonly record struct Due(bool IsLease, long Id);
}

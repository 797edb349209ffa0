namespace OrleansQueue.Queues;

/// <summary>How many deliveries failed and how many ended at all within a time that moves on with the clock. It counts in thirtieths of that time.</summary>
/// <param name="length">For how long a delivery that ended counts.</param>
internal sealed class SlidingTally(TimeSpan length)
{
    private const int Buckets = 30;

    private readonly Queue<Bucket> _buckets = new();
    private Bucket? _last;

    /// <summary>How many failed.</summary>
    public long Failed { get; private set; }

    /// <summary>How many ended, those that failed included.</summary>
    public long Ended { get; private set; }

    /// <summary>Counts deliveries that ended, and forgets those whose time is over.</summary>
    public void Add(TimeSpan now, long succeeded, long failed)
    {
        while (_buckets.TryPeek(out var oldest) && now - oldest.Begin >= length)
        {
            _buckets.Dequeue();
            (Failed, Ended) = (Failed - oldest.Failed, Ended - oldest.Ended);
        }

        if (succeeded + failed == 0)
        {
            return;
        }

        if (_buckets.Count == 0 || _last is null || now - _last.Begin >= length / Buckets)
        {
            _buckets.Enqueue(_last = new Bucket(now));
        }

        _last.Failed += failed;
        _last.Ended += succeeded + failed;
        (Failed, Ended) = (Failed + failed, Ended + succeeded + failed);
    }

    public void Clear()
    {
        _buckets.Clear();
        (Failed, Ended) = (0, 0);
    }

    private sealed class Bucket(TimeSpan begin)
    {
        public TimeSpan Begin => begin;

        public long Failed { get; set; }

        public long Ended { get; set; }
    }
}

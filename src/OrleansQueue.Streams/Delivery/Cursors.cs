using Orleans.Streams;

namespace OrleansQueue.Streams.Delivery;

/// <summary>The agent's cursor of a subscription. It never throws: an agent would then go on at the newest event.</summary>
internal sealed class FeedCursor(PartitionFeed feed, Subscription subscription, bool skipsFirst) : IQueueCacheCursor
{
    private bool _skipsFirst = skipsFirst;

    public PartitionFeed Feed => feed;

    public Subscription Subscription => subscription;

    public IBatchContainer GetCurrent(out Exception exception)
    {
        exception = null!;
        return subscription.Current!;
    }

    public bool MoveNext()
    {
        if (_skipsFirst)
        {
            // The agent takes the token for that of a batch which the consumer has had, and steps over it.
            _skipsFirst = false;
            return true;
        }

        return feed.Advance(this);
    }

    public void Refresh(StreamSequenceToken token)
    {
        // Where it goes on is decided by what its consumer has finished.
    }

    public void RecordDeliveryFailure()
    {
        // What fails is given up where it is delivered.
    }

    public void Dispose() => feed.Close(this);
}

/// <summary>The agent's cursor of a stream while it registers it.</summary>
internal sealed class PinCursor(PartitionFeed feed, Pin pin) : IQueueCacheCursor
{
    public IBatchContainer GetCurrent(out Exception exception)
    {
        exception = null!;
        return null!;
    }

    public bool MoveNext() => false;

    public void Refresh(StreamSequenceToken token)
    {
        // It only stands for the time in which nothing of the stream counts as finished.
    }

    public void RecordDeliveryFailure()
    {
        // Nothing is delivered through it.
    }

    public void Dispose() => feed.Close(pin);
}

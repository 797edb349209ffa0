using OrleansQueue.Contracts.Wire;
using OrleansQueue.Streams.Events;

namespace OrleansQueue.Streams.Delivery;

/// <summary>Which subscription: an id of Orleans' own, and the stream.</summary>
internal readonly record struct SubscriptionKey(Guid Id, StreamId Stream);

/// <summary>
/// One subscription in one partition: how far its consumer has come, and what it is given next. It belongs to the scheduler of its pulling agent.
/// </summary>
internal sealed class Subscription(SubscriptionKey key)
{
    private StreamBatch? _ready;
    private long _singlyUntil;
    private long _triedAt = -1;

    public SubscriptionKey Key => key;

    /// <summary>The cursor of the agent that it is served through; null where the agent does not know it, or not yet.</summary>
    public object? Cursor { get; set; }

    /// <summary>Who is subscribed; null where the agent did not ask for it yet.</summary>
    public (GuidId Id, object Grain)? Consumer { get; set; }

    /// <summary>The first offset that its consumer has not finished, or a later one before which no event of the stream is left.</summary>
    public long Next { get; private set; }

    /// <summary>Whether everything of its stream that was read is finished. Then <see cref="Next"/> stands still.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>Whether the agent has served it since its position was read from the journal.</summary>
    public bool IsServed { get; set; }

    /// <summary>Whether nothing is given out until its new place is in the journal.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether it waits for older events to be read.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Whether it stands in the line of those for whom older events are read.</summary>
    public bool IsInLine { get; set; }

    /// <summary>The place at which everything was deleted when it was to go on there; null where it was not.</summary>
    public long? DeletedFrom { get; set; }

    /// <summary>Whether its consumer is to be asked where it wants to go on as soon as it has nothing more to do.</summary>
    public bool IsToBeAsked { get; set; }

    /// <summary>What its consumer is given at present.</summary>
    public StreamBatch? Current { get; private set; }

    /// <summary>How often the event at <see cref="Next"/> was tried in vain.</summary>
    public int Attempts { get; private set; }

    /// <summary>Goes on at another place, whatever was under way.</summary>
    public void MoveTo(long next, bool isDrained = false)
    {
        (Next, IsDrained, IsWaiting, Current, _ready) = (next, isDrained, false, null, null);
        Attempts = 0;
    }

    /// <summary>What was under way is not: the agent begins anew with another cursor.</summary>
    public void Abandon() => (Current, _ready) = (null, null);

    /// <summary>The present batch is finished: delivered, filtered out or given up.</summary>
    public void Finish()
    {
        if (Current is { } finished)
        {
            (Next, Current, Attempts) = (finished.Next, null, 0);
        }
    }

    /// <summary>The present batch failed; its events are tried one by one.</summary>
    public void DeliverSingly()
    {
        if (Current is { } failed)
        {
            (_singlyUntil, Current) = (failed.Next, null);
        }
    }

    /// <summary>Counts a failure of the present batch; answers how many there were.</summary>
    public int CountFailure()
    {
        if (_triedAt != Next)
        {
            (_triedAt, Attempts) = (Next, 0);
        }

        return ++Attempts;
    }

    /// <summary>There are new events of its stream from an offset on.</summary>
    public void Wake(long first)
    {
        if (IsDrained)
        {
            (IsDrained, Next) = (false, Math.Max(Next, first));
        }
    }

    /// <summary>Finds what comes next without giving it out, so that what was read for it stays until it is taken. False where it has to wait.</summary>
    public bool TryPrepare(EventCache cache, EventShape shape)
    {
        IsWaiting = false;
        if (IsDrained || IsHeld)
        {
            return false;
        }

        while (_ready is null)
        {
            if (Next >= cache.End)
            {
                IsDrained = true;
                return false;
            }

            if (cache.Find(Next) is not { } chunk)
            {
                IsWaiting = true;
                return false;
            }

            if (chunk.Streams.TryGetValue(key.Stream, out var events) && events.IndexOf(Next) is var index && index < events.Count)
            {
                _ready = Make(events, index, shape);
            }

            if (_ready is null)
            {
                Next = chunk.End;
            }
        }

        return true;
    }

    /// <summary>Takes what comes next.</summary>
    public StreamBatch? Take()
    {
        (Current, _ready) = (_ready, null);
        return Current;
    }

    /// <summary>Makes a batch of the events from an index on, without those that are expired; null, with <see cref="Next"/> behind them, where none is left.</summary>
    private StreamBatch? Make(StreamEvents events, int index, EventShape shape)
    {
        var count = shape.IsSingly || events.OffsetOf(index) < _singlyUntil ? 1 : events.CountOf(index, shape.MaxBytes);
        var now = shape.Now.UnixMilliseconds;
        var picked = new List<int>(count);
        for (var i = index; i < index + count; i++)
        {
            if (events.HeadersOf(i).Expires > now)
            {
                picked.Add(i);
            }
        }

        var next = events.OffsetOf(index + count - 1) + 1;
        if (picked.Count == 0)
        {
            Next = next;
            return null;
        }

        return new StreamBatch
        {
            StreamId = key.Stream,
            Next = next,
            Topic = shape.Topic,
            Offsets = [.. picked.Select(events.OffsetOf)],
            Lengths = [.. picked.Select(events.LengthOf)],
            Values = new BatchFrame([.. picked.Select(events.ValueOf)]),
            Types = picked.Exists(i => events.HeadersOf(i).Type is not null) ? [.. picked.Select(i => events.HeadersOf(i).Type)] : null,
            Traces = [.. picked.Select(i => events.HeadersOf(i).TraceParent).OfType<string>()],
            Subscription = this,
            Readers = shape.Readers,
        };
    }
}

/// <summary>How events become batches.</summary>
/// <param name="MaxBytes">The most bytes of values in a batch of more than one event.</param>
/// <param name="Clock">The time, for events that expire.</param>
/// <param name="Readers">How the events are read.</param>
/// <param name="IsSingly">Whether each event comes alone: Orleans' filters take or leave a whole batch.</param>
internal sealed record EventShape(int MaxBytes, bool IsSingly, TimeProvider Clock, EventReaders Readers)
{
    /// <summary>The topic that the events lie in.</summary>
    public TopicId Topic { get; init; }

    public Timestamp Now => Timestamp.Now(Clock);
}

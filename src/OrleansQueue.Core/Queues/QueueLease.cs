namespace OrleansQueue.Queues;

/// <summary>A lease that still holds messages.</summary>
internal sealed class QueueLease(long number, string owner)
{
    public long Number => number;

    /// <summary>Who leased, for people.</summary>
    public string Owner => owner;

    /// <summary>How many messages it still holds.</summary>
    public long Messages { get; set; }

    /// <summary>No message of it lies before this place.</summary>
    public long First { get; set; } = long.MaxValue;

    /// <summary>No message of it lies behind this place.</summary>
    public long End { get; set; } = long.MinValue;

    /// <summary>When somebody has to look whether it is over, at the latest.</summary>
    public long Due { get; set; } = long.MaxValue;
}

/// <summary>A message that is to become a dead letter.</summary>
/// <param name="Place">Where it lies.</param>
/// <param name="Deliveries">How often it was delivered.</param>
/// <param name="Time">When it was given up, in milliseconds since 1970.</param>
/// <param name="Reason">Why.</param>
/// <param name="Error">What it failed with; empty where that is not known.</param>
internal sealed record DyingMessage(Place Place, int Deliveries, long Time, string Reason, string Error);

/// <summary>A producer of the cursor's own.</summary>
/// <param name="Topic">The topic that it appends to.</param>
/// <param name="Partition">The partition there.</param>
/// <param name="Id">The producer.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Sequence">The sequence of its next record, which may be stored already.</param>
internal sealed record CursorProducer(TopicId Topic, Partition Partition, ProducerId Id, ProducerEpoch Epoch, Sequence Sequence)
{
    /// <summary>The stamp of its next record.</summary>
    public ProducerStamp Stamp => new(Id, Epoch, Sequence);

    /// <summary>The producer with its next record stored.</summary>
    public CursorProducer Advanced => this with { Sequence = Sequence.Plus(1) };
}

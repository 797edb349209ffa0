namespace OrleansQueue.Broker;

/// <summary>What became of one batch. Only <see cref="Appended"/> and <see cref="Duplicate"/> say that it is stored.</summary>
public abstract record ProduceResult
{
    private ProduceResult()
    {
    }

    /// <summary>The batch is stored and kept as <paramref name="Durability"/> says.</summary>
    /// <param name="BaseOffset">The offset of its first record.</param>
    /// <param name="AppendTime">The silo's time at the append.</param>
    /// <param name="Durability">What it survives.</param>
    public sealed record Appended(Offset BaseOffset, Timestamp AppendTime, Durability Durability) : ProduceResult;

    /// <summary>The batch was stored before and is kept.</summary>
    /// <param name="BaseOffset">Where, if that is still remembered.</param>
    /// <param name="Durability">What it survives.</param>
    public sealed record Duplicate(Offset? BaseOffset, Durability Durability) : ProduceResult;

    /// <summary>Batches before this one did not come within the time they may take; the producer sends again from there.</summary>
    /// <param name="Expected">The sequence that comes next.</param>
    public sealed record OutOfOrder(Sequence Expected) : ProduceResult;

    /// <summary>The producer or its epoch is not known here, and the batch is not its first.</summary>
    public sealed record UnknownProducer : ProduceResult;

    /// <summary>A later epoch of the producer took its place.</summary>
    /// <param name="Current">That epoch.</param>
    public sealed record ProducerFenced(ProducerEpoch Current) : ProduceResult;

    /// <summary>The owner that was asked is no owner any more; asking again reaches the new one.</summary>
    public sealed record Fenced : ProduceResult;

    /// <summary>More waits to be written than the partition takes, or it is being opened again; worth another try after that time.</summary>
    /// <param name="After">How long to wait.</param>
    public sealed record Throttled(TimeSpan After) : ProduceResult;

    /// <summary>The disk is full. Reading goes on; worth another try after that time.</summary>
    /// <param name="After">How long to wait.</param>
    public sealed record NoSpace(TimeSpan After) : ProduceResult;

    /// <summary>The partition holds as many bytes as its topic allows, and the topic says to refuse then. Reading goes on.</summary>
    /// <param name="LimitBytes">What the topic allows.</param>
    public sealed record TopicFull(long LimitBytes) : ProduceResult;

    /// <summary>There is no such topic, or it has no such partition.</summary>
    public sealed record UnknownPartition : ProduceResult;

    /// <summary>Stored bytes are damaged; the partition takes no appends until an operator sees to it.</summary>
    /// <param name="Reason">The file, the place and what is wrong there.</param>
    public sealed record Damaged(string Reason) : ProduceResult;

    /// <summary>The batch is bad.</summary>
    /// <param name="Reason">What is wrong with it.</param>
    public sealed record Refused(Refusal Reason) : ProduceResult;
}

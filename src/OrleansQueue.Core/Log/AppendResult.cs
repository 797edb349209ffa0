namespace OrleansQueue.Log;

/// <summary>What became of one batch. Only <see cref="Appended"/> and <see cref="Duplicate"/> say that it is stored.</summary>
internal abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <summary>The batch is stored and kept as <paramref name="Durability"/> says.</summary>
    public sealed record Appended(Offset BaseOffset, Timestamp AppendTime, Durability Durability) : AppendResult;

    /// <summary>The batch was stored before; where, if that is still remembered.</summary>
    public sealed record Duplicate(Offset? BaseOffset) : AppendResult;

    /// <summary>Batches before this one did not come within the time they may take; the producer sends again from there.</summary>
    public sealed record OutOfOrder(Sequence Expected) : AppendResult;

    /// <summary>The producer or its epoch is not known here, and the batch is not its first.</summary>
    public sealed record UnknownProducer : AppendResult;

    /// <summary>A later epoch of the producer took its place.</summary>
    public sealed record ProducerFenced(ProducerEpoch Current) : AppendResult;

    /// <summary>Another owner opened the partition; this one never writes again.</summary>
    public sealed record Fenced : AppendResult;

    /// <summary>More waits to be written than the partition takes, or it is being opened again; worth another try after that time.</summary>
    public sealed record Throttled(TimeSpan After) : AppendResult;

    /// <summary>The disk is full. Reading goes on; worth another try after that time.</summary>
    public sealed record NoSpace(TimeSpan After) : AppendResult;

    /// <summary>The batch is bad.</summary>
    public sealed record Refused(Refusal Reason) : AppendResult;
}

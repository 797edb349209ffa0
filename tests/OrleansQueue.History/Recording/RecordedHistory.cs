namespace OrleansQueue.History;

/// <summary>What was recorded up to a moment. It does not change when the recorder goes on.</summary>
public sealed class RecordedHistory
{
    internal string[] Producers { get; init; } = [];

    internal Consumer[] Consumers { get; init; } = [];

    internal string[] Groups { get; init; } = [];

    internal PartitionKey[] Partitions { get; init; } = [];

    internal string[] Transactions { get; init; } = [];

    /// <summary>The values of all sends, in the order in which they began.</summary>
    internal LongColumn SentValues { get; init; } = new();

    internal LongColumn PolledValues { get; init; } = new();

    /// <summary>Offsets of runs whose offsets are not in a row.</summary>
    internal LongColumn Offsets { get; init; } = new();

    internal SendOperation[] Sends { get; init; } = [];

    internal PollOperation[] Polls { get; init; } = [];

    internal Repositioning[] Repositionings { get; init; } = [];

    internal Ownership[] Ownerships { get; init; } = [];

    internal CommitOperation[] Commits { get; init; } = [];

    internal CommittedReadOperation[] CommittedReads { get; init; } = [];

    internal TransactionEnd[] TransactionEnds { get; init; } = [];

    internal Deletion[] Deletions { get; init; } = [];

    internal GroupStart[] GroupStarts { get; init; } = [];

    internal DrainOperation[] Drains { get; init; } = [];

    /// <summary>The offset of one value of a run; negative when it is not known.</summary>
    internal long OffsetOf(Run run, int index) =>
        run.OffsetsAt >= 0 ? Offsets[run.OffsetsAt + index] : run.BaseOffset < 0 ? run.BaseOffset : run.BaseOffset + index;
}

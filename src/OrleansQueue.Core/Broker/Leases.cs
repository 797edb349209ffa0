namespace OrleansQueue.Broker;

/// <summary>A lease: the authority to settle what was leased under it. No two leases of a store ever share an id.</summary>
/// <param name="Cursor">The epoch in which the group began to keep its leases of the partition.</param>
/// <param name="Number">The lease's number there.</param>
public readonly record struct LeaseId(Epoch Cursor, long Number);

/// <summary>Messages to lease.</summary>
/// <param name="Group">A group of kind <see cref="GroupKind.Queue"/>.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Owner">Who leases, for people: 1 to 255 characters without controls.</param>
public sealed record LeaseRequest(string Group, TopicPartition Partition, string Owner)
{
    /// <summary>The most messages that one lease holds.</summary>
    public const int MostMessages = 10_000;

    /// <summary>The most messages to lease. Default: 500; 0 to 10,000, where 0 only settles.</summary>
    public int MaxMessages { get; init; } = 500;

    /// <summary>The most bytes of the answer, unless its first batch alone is larger. Default: 1 MiB, which the broker takes where it is more.</summary>
    public int MaxBytes { get; init; } = FetchRequest.DefaultMaxBytes;

    /// <summary>How long the lease holds. Default: null, as the group says; 1 s to 12 h.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What to settle first, in the same write. Default: nothing.</summary>
    public IReadOnlyList<Settlement> Settlements { get; init; } = [];

    /// <summary>What is wrong with the request, or null.</summary>
    public Refusal? Check() => Groups.GroupName.CheckMember(Owner) ?? this switch
    {
        { MaxMessages: < 0 or > MostMessages } => Refusal.Of("lease max messages", MaxMessages, $"0 to {MostMessages}"),
        { MaxBytes: < 1 } => Refusal.Of("lease max bytes", MaxBytes, "1 or more"),
        _ => QueueSettings.CheckLease(Duration) ?? Settlement.Check(Settlements),
    };
}

/// <summary>Leased messages that lie one behind the other.</summary>
/// <param name="First">The offset of the first.</param>
/// <param name="End">The offset behind the last.</param>
/// <param name="DeliveryCount">How often each was delivered, this time included: 1 at first. A release does not count.</param>
public readonly record struct LeasedRange(Offset First, Offset End, int DeliveryCount)
{
    /// <summary>The offsets.</summary>
    public OffsetRange Offsets => new(First, End);
}

/// <summary>What a request for messages brought.</summary>
public abstract record LeaseResult
{
    private LeaseResult()
    {
    }

    /// <summary>Messages, or none where there are none to lease now.</summary>
    /// <param name="Lease">The lease; of no meaning where no message was leased.</param>
    /// <param name="Parts">
    /// The bytes of the batches one behind the other; a part may end within a batch. They belong to the broker and must not be
    /// changed. Of a batch of which little was leased only that is there, under the same offsets.
    /// </param>
    /// <param name="Selection">The messages that were leased, in the order of the batches.</param>
    /// <param name="ValidFor">How long the lease holds, counted from before the request was sent.</param>
    /// <param name="IsRedriven">Whether the messages were dead letters: their offsets then count from the first that the group redrove, and say nothing of the topic.</param>
    /// <param name="HasMore">Whether there are more messages to lease at once.</param>
    /// <param name="Refusals">Which settlements of the request were refused; often none.</param>
    public sealed record Leased(
        LeaseId Lease, IReadOnlyList<ReadOnlyMemory<byte>> Parts, IReadOnlyList<LeasedRange> Selection, TimeSpan ValidFor, bool IsRedriven, bool HasMore, IReadOnlyList<SettleRefusal> Refusals)
        : LeaseResult;

    /// <summary>The broker cannot lease just now; worth another try after that time. The settlements of the request were not made.</summary>
    /// <param name="After">How long to wait.</param>
    public sealed record Throttled(TimeSpan After) : LeaseResult;

    /// <summary>The owner that was asked is no owner any more; asking again reaches the new one.</summary>
    public sealed record Fenced : LeaseResult;

    /// <summary>There is no such group.</summary>
    public sealed record UnknownGroup : LeaseResult;

    /// <summary>The group is of another kind.</summary>
    /// <param name="Kind">What it is.</param>
    public sealed record OtherKind(GroupKind Kind) : LeaseResult;

    /// <summary>The group does not read that partition, or there is none.</summary>
    public sealed record UnknownPartition : LeaseResult;

    /// <summary>The stored bytes of the next messages are damaged. The settlements of the request were made.</summary>
    /// <param name="Reason">The file, the place and what is wrong there.</param>
    public sealed record Damaged(string Reason) : LeaseResult;

    /// <summary>The request is bad; nothing was done.</summary>
    /// <param name="Reason">What is wrong with it.</param>
    public sealed record Refused(Refusal Reason) : LeaseResult;
}

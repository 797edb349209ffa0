namespace OrleansQueue.Broker;

/// <summary>What a group is. The numbers are stored and never change.</summary>
public enum GroupKind
{
    /// <summary>A cursor per partition; partitions are assigned to members.</summary>
    Stream = 0,

    /// <summary>Each message is leased and settled.</summary>
    Queue = 1,
}

/// <summary>The settings of a group, fixed when it is created.</summary>
public sealed record GroupSettings
{
    /// <summary>What the group is. Default: <see cref="GroupKind.Stream"/>.</summary>
    public GroupKind Kind { get; init; }

    /// <summary>
    /// Where the group begins in a topic when it first reads it: <see cref="OffsetQuery.Earliest"/> (the default, so that
    /// nothing is skipped), <see cref="OffsetQuery.Latest"/> or <see cref="OffsetQuery.AtTime"/>. The place is fixed for each
    /// partition then; partitions that are added later are read from their beginning.
    /// </summary>
    public OffsetQuery Start { get; init; } = new OffsetQuery.Earliest();

    /// <summary>Whether the group is deleted an hour after its last member left. Default: false, positions never expire.</summary>
    public bool Ephemeral { get; init; }

    /// <summary>How a group of kind <see cref="GroupKind.Queue"/> leases and retries; of no meaning for others.</summary>
    public QueueSettings Queue { get; init; } = new();

    /// <summary>What is wrong with the settings, or null.</summary>
    public Refusal? Check() => this switch
    {
        { Kind: not (GroupKind.Stream or GroupKind.Queue) } => Refusal.Of("group kind", (long)Kind, "stream or queue"),
        { Kind: GroupKind.Queue } when Queue.Check() is { } wrong => wrong,
        { Start: OffsetQuery.Earliest or OffsetQuery.Latest or OffsetQuery.AtTime } => null,
        _ => Refusal.OfText("group start", Start?.ToString() ?? "null", "earliest, latest or a time"),
    };
}

/// <summary>What became of the creation of a group.</summary>
public abstract record CreateGroupResult
{
    private CreateGroupResult()
    {
    }

    /// <summary>The group is there and kept.</summary>
    /// <param name="Group">The new group.</param>
    public sealed record Created(GroupDescription Group) : CreateGroupResult;

    /// <summary>A group of that name was there already and was not changed.</summary>
    /// <param name="Group">That group.</param>
    public sealed record Exists(GroupDescription Group) : CreateGroupResult;

    /// <summary>There is no such topic.</summary>
    /// <param name="Topic">The name that was looked for.</param>
    public sealed record UnknownTopic(string Topic) : CreateGroupResult;

    /// <summary>The name or a setting is bad.</summary>
    /// <param name="Reason">What is wrong.</param>
    public sealed record Refused(Refusal Reason) : CreateGroupResult;
}

/// <summary>How a group stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Generation">Its generation: rises with each change of who reads what.</param>
/// <param name="IsPaused">Whether it was paused as a whole.</param>
/// <param name="Members">Its members, by id.</param>
/// <param name="Partitions">The partitions of its topics, by topic name and number.</param>
public sealed record GroupDescription(
    string Name, GroupSettings Settings, Generation Generation, bool IsPaused, IReadOnlyList<MemberDescription> Members, IReadOnlyList<GroupPartition> Partitions)
{
    /// <summary>
    /// Until when the circuit breaker pauses a queue group, see <see cref="QueueSettings.Breaker"/>; a time that is over while one message is tried, and
    /// until it succeeds. Null where the breaker does not hold the group back.
    /// </summary>
    public Timestamp? PausedUntil { get; init; }
}

/// <summary>A member of a group.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Client">What it calls itself, for people.</param>
/// <param name="Topics">The names of the topics that it reads.</param>
/// <param name="LastSeen">When the broker last heard of it.</param>
public sealed record MemberDescription(string Id, string Client, IReadOnlyList<string> Topics, Timestamp LastSeen);

/// <summary>A partition as a group sees it.</summary>
/// <param name="TopicName">The topic's name.</param>
/// <param name="Committed">Where the group reads on.</param>
/// <param name="Owner">The member that reads it, or null.</param>
/// <param name="Stopped">The message that it stopped at, and why; or null.</param>
/// <param name="Gaps">How often records were missing: overtaken by retention, lost or replaced.</param>
public sealed record GroupPartition(string TopicName, Position Committed, string? Owner, StoppedAt? Stopped, long Gaps);

/// <summary>Where a partition stopped for a group.</summary>
/// <param name="Offset">The message.</param>
/// <param name="Error">What its handler failed with.</param>
/// <param name="Time">When.</param>
public sealed record StoppedAt(Offset Offset, string Error, Timestamp Time);

/// <summary>A group in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
public sealed record GroupSummary(string Name, GroupKind Kind);

/// <summary>Some groups in the order of their names.</summary>
/// <param name="Groups">The groups.</param>
/// <param name="Next">What to ask for next, or null where these were the last.</param>
public sealed record GroupPage(IReadOnlyList<GroupSummary> Groups, string? Next);

namespace OrleansQueue.Broker;

/// <summary>A wish to be a member of a group.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The member's id: 1 to 255 characters without controls, random unless the application sets it.</param>
/// <param name="Topics">The names of the topics to read; at least one.</param>
public sealed record JoinRequest(string Group, string MemberId, IReadOnlyList<string> Topics)
{
    /// <summary>The settings to create the group with where there is none; null to be told <see cref="JoinResult.UnknownGroup"/> then. A group of another kind refuses the member all the same.</summary>
    public GroupSettings? Create { get; init; } = new();

    /// <summary>What the member calls itself, for people: at most 255 characters. Default: nothing.</summary>
    public string Client { get; init; } = "";

    /// <summary>How long the member may be silent until its partitions go to others. Default: 30 s; 1 s to 30 min.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the member may take to release a partition that is to move; then it is taken from it. Default: 30 s; 0 to 30 min.</summary>
    public TimeSpan ReleaseTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Who a member is: its id, and the generation in which it joined, which tells it from another of the same id.</summary>
/// <param name="Id">The id.</param>
/// <param name="Joined">The generation that its join began.</param>
public readonly record struct GroupMember(string Id, Generation Joined);

/// <summary>What became of a join.</summary>
public abstract record JoinResult
{
    private JoinResult()
    {
    }

    /// <summary>It is a member. It has no partitions yet: the first heartbeat brings them.</summary>
    /// <param name="Member">Who it is from now on.</param>
    public sealed record Joined(GroupMember Member) : JoinResult;

    /// <summary>There is no such group, and the member did not say how to create it.</summary>
    public sealed record UnknownGroup : JoinResult;

    /// <summary>The group is of another kind.</summary>
    /// <param name="Kind">What it is.</param>
    public sealed record OtherKind(GroupKind Kind) : JoinResult;

    /// <summary>There is no such topic.</summary>
    /// <param name="Topic">The name that was looked for.</param>
    public sealed record UnknownTopic(string Topic) : JoinResult;

    /// <summary>The request is bad.</summary>
    /// <param name="Reason">What is wrong with it.</param>
    public sealed record Refused(Refusal Reason) : JoinResult;
}

/// <summary>A sign of life.</summary>
/// <param name="Group">The group.</param>
/// <param name="Member">Who lives.</param>
/// <param name="Known">The generation of the newest assignment that it got; <see cref="Generation.None"/> at first.</param>
public sealed record HeartbeatRequest(string Group, GroupMember Member, Generation Known)
{
    /// <summary>The longest that a broker keeps a heartbeat waiting.</summary>
    public static TimeSpan LongestWait => FetchRequest.LongestWait;

    /// <summary>The partitions that the member gave up since the last heartbeat that was answered: what is not in its assignment any more and that it has finished with.</summary>
    public IReadOnlyList<Release> Released { get; init; } = [];

    /// <summary>How long to wait where nothing changed. Default: not at all. The broker takes <see cref="LongestWait"/> where it is more.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.Zero;
}

/// <summary>A partition that a member gives up.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Since">Since which generation the member had it, see <see cref="AssignedPartition.Since"/>.</param>
public readonly record struct Release(TopicPartition Partition, Generation Since);

/// <summary>A partition that a member reads.</summary>
/// <param name="TopicName">The topic's name.</param>
/// <param name="Start">Where it reads on.</param>
/// <param name="Since">The generation in which it got the partition; commits carry it. Where it changes, the member has to begin anew at <paramref name="Start"/>.</param>
/// <param name="IsPaused">Whether it gets nothing of the partition for now, but keeps it.</param>
public sealed record AssignedPartition(string TopicName, Position Start, Generation Since, bool IsPaused);

/// <summary>What a heartbeat brought.</summary>
public abstract record HeartbeatResult
{
    private HeartbeatResult()
    {
    }

    /// <summary>Nothing changed.</summary>
    public sealed record Unchanged : HeartbeatResult;

    /// <summary>
    /// All that the member reads from now on. Of what it has and does not find here it stops reading, lets its handlers finish,
    /// commits, and then releases it.
    /// </summary>
    /// <param name="Generation">To be named as known in the next heartbeat.</param>
    /// <param name="Partitions">The partitions.</param>
    public sealed record Assigned(Generation Generation, IReadOnlyList<AssignedPartition> Partitions) : HeartbeatResult;

    /// <summary>It is no member any more: it was silent for too long. It may join again; what it had is perhaps somebody else's.</summary>
    public sealed record UnknownMember : HeartbeatResult;

    /// <summary>Another member of the same id took its place.</summary>
    public sealed record Replaced : HeartbeatResult;

    /// <summary>There is no such group any more.</summary>
    public sealed record UnknownGroup : HeartbeatResult;
}

namespace OrleansQueue.Broker;

/// <summary>Who commits.</summary>
public abstract record Committer
{
    private Committer()
    {
    }

    /// <summary>A member, which may commit what it is assigned.</summary>
    /// <param name="Who">The member.</param>
    public sealed record Member(GroupMember Who) : Committer;

    /// <summary>
    /// Somebody who decides by himself who reads what, in a group that has no members. Of one name only the highest fence
    /// that was ever used may commit; it may also move positions back.
    /// </summary>
    /// <param name="Name">The coordinator's name, 1 to 255 characters.</param>
    /// <param name="Fence">Its fencing number, 0 or more.</param>
    public sealed record Coordinator(string Name, long Fence) : Committer;
}

/// <summary>A position to keep.</summary>
/// <param name="Position">Where to read on.</param>
/// <param name="Since">Since which generation the member has the partition, see <see cref="AssignedPartition.Since"/>; a coordinator names <see cref="Generation.None"/>.</param>
/// <param name="Metadata">Bytes of the application's, at most 4 KiB; null for none.</param>
/// <param name="Gaps">How many gaps the reader went over since its last commit; they are counted for the partition.</param>
public sealed record Commit(Position Position, Generation Since, ReadOnlyMemory<byte>? Metadata = null, int Gaps = 0)
{
    /// <summary>The most bytes of metadata.</summary>
    public const int MaxMetadataBytes = 4 << 10;
}

/// <summary>Positions to keep.</summary>
/// <param name="Group">The group.</param>
/// <param name="By">Who commits.</param>
/// <param name="Commits">The positions, at most one for a partition.</param>
public sealed record CommitRequest(string Group, Committer By, IReadOnlyList<Commit> Commits);

/// <summary>A message at which a partition is to stop.</summary>
/// <param name="Group">The group.</param>
/// <param name="Member">Who has the partition.</param>
/// <param name="Message">The position of the message, which becomes the committed one.</param>
/// <param name="Since">Since which generation the member has the partition.</param>
/// <param name="Error">What the handler failed with; cut at 4,000 characters.</param>
public sealed record StopPartitionRequest(string Group, GroupMember Member, Position Message, Generation Since, string Error);

/// <summary>A message that is to be dead-lettered.</summary>
/// <param name="Group">The group.</param>
/// <param name="Member">Who has the partition.</param>
/// <param name="Message">The message's position: its own offset.</param>
/// <param name="Next">The position behind it, which is committed.</param>
/// <param name="Since">Since which generation the member has the partition.</param>
/// <param name="Record">The message as a record batch of one record with no producer, with the headers that tell of its failure.</param>
public sealed record DeadLetterRequest(string Group, GroupMember Member, Position Message, Position Next, Generation Since, ReadOnlyMemory<byte> Record);

/// <summary>What became of a commit.</summary>
public abstract record CommitResult
{
    private CommitResult()
    {
    }

    /// <summary>All positions are kept but those that are named. One behind what is committed already changes nothing and is no refusal.</summary>
    /// <param name="Refusals">Which were refused, and why; often none.</param>
    public sealed record Committed(IReadOnlyList<CommitRefusal> Refusals) : CommitResult;

    /// <summary>Who commits is no member.</summary>
    public sealed record UnknownMember : CommitResult;

    /// <summary>Another member of the same id took its place.</summary>
    public sealed record Replaced : CommitResult;

    /// <summary>A coordinator with a higher fence took its place.</summary>
    /// <param name="Current">That fence.</param>
    public sealed record CoordinatorFenced(long Current) : CommitResult;

    /// <summary>There is no such group.</summary>
    public sealed record UnknownGroup : CommitResult;

    /// <summary>The request is bad.</summary>
    /// <param name="Reason">What is wrong with it.</param>
    public sealed record Refused(Refusal Reason) : CommitResult;
}

/// <summary>Why a position was not kept.</summary>
public enum CommitRefusalReason
{
    /// <summary>The partition is not the member's any more: the commit is from an old generation.</summary>
    NotOwner = 0,

    /// <summary>The position lies beyond the end of the partition.</summary>
    BeyondEnd = 1,

    /// <summary>The group does not read that partition, or that topic is no more.</summary>
    UnknownPartition = 2,
}

/// <summary>A position that was not kept.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">Field, value and limit, for people.</param>
public sealed record CommitRefusal(TopicPartition Partition, CommitRefusalReason Reason, Refusal Detail);

/// <summary>A position that a group keeps.</summary>
/// <param name="Position">Where the group reads on.</param>
/// <param name="Metadata">What was committed with it; null for none.</param>
public sealed record CommittedPosition(Position Position, ReadOnlyMemory<byte>? Metadata);

/// <summary>What became of a seek.</summary>
public abstract record SeekResult
{
    private SeekResult()
    {
    }

    /// <summary>The group is there.</summary>
    /// <param name="Generation">The generation that began.</param>
    public sealed record Done(Generation Generation) : SeekResult;

    /// <summary>There is no such group.</summary>
    public sealed record UnknownGroup : SeekResult;

    /// <summary>A position is not one of the group's partitions, or beyond the end; nothing was moved.</summary>
    /// <param name="Reason">What is wrong.</param>
    public sealed record Refused(Refusal Reason) : SeekResult;
}

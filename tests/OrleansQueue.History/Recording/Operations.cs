namespace OrleansQueue.History;

// Names are kept once and operations hold their numbers, values and offsets lie in columns of their own: a history of millions
// of messages then costs 8 bytes for each value sent and each one polled, and some 70 bytes a batch.

/// <summary>Values in a row of a column with their offsets.</summary>
/// <param name="At">Where the values begin in the column of values.</param>
/// <param name="Count">How many.</param>
/// <param name="BaseOffset">The offset of the first; negative when no offset is known.</param>
/// <param name="OffsetsAt">Where their offsets begin in the column of offsets; negative when each is one more than the last.</param>
internal readonly record struct Run(int At, int Count, long BaseOffset, int OffsetsAt);

/// <summary>One batch that a producer sent.</summary>
internal record struct SendOperation(
    int Producer, int Partition, int Transaction, Run Values, long Began, long Ended = long.MaxValue, Outcome Outcome = Outcome.Pending);

/// <summary>What one fetch brought.</summary>
internal readonly record struct PollOperation(int Consumer, int Partition, long Sequence, long From, long Next, long LogStart, Run Records);

/// <summary>From here on a consumer reads a partition at <paramref name="Offset"/>.</summary>
internal readonly record struct Repositioning(long Sequence, int Consumer, int Partition, long Offset);

/// <summary>What happened to a member's right to a partition.</summary>
internal enum OwnershipChange : byte
{
    /// <summary>It may hand out messages from now on.</summary>
    Assigned,

    /// <summary>It hands out none any more.</summary>
    Revoked,

    /// <summary>It hands out none of any partition any more.</summary>
    Gone,
}

/// <summary>One change of who owns what in a group.</summary>
/// <param name="Sequence">When.</param>
/// <param name="Change">What.</param>
/// <param name="Member">Whose; the number of a consumer.</param>
/// <param name="Partition">Of what; negative for all.</param>
/// <param name="Generation">In which generation of the group.</param>
/// <param name="Offset">Where the member starts.</param>
internal readonly record struct Ownership(
    long Sequence, OwnershipChange Change, int Member, int Partition, long Generation, long Offset);

/// <summary>A commit of a member, or a reset by an administrator.</summary>
internal record struct CommitOperation(
    int Group, int Member, int Partition, long Generation, long Offset, bool IsReset, long Began,
    long Ended = long.MaxValue, Outcome Outcome = Outcome.Pending);

/// <summary>A question for the committed position and its answer.</summary>
internal record struct CommittedReadOperation(int Group, int Partition, long Began, long Ended = long.MaxValue, long Offset = 0);

/// <summary>The end of a transaction: asked for as a commit or an abort, answered as committed, aborted or not at all.</summary>
internal record struct TransactionEnd(
    int Transaction, bool AsksCommit, long Began, long Ended = long.MaxValue, Outcome Outcome = Outcome.Pending);

/// <summary>Everything below <paramref name="Below"/> may be gone from here on.</summary>
internal readonly record struct Deletion(long Sequence, int Partition, long Below);

/// <summary>Where a group begins to read a partition.</summary>
internal readonly record struct GroupStart(int Group, int Partition, long Offset);

/// <summary>A consumer that read a partition from its log start to its end.</summary>
internal record struct DrainOperation(int Consumer, int Partition, long Began, long Ended = long.MaxValue, long End = -1);

using System.Runtime.InteropServices;

namespace OrleansQueue.History;

/// <content>What consumer groups do.</content>
public sealed partial class HistoryRecorder
{
    private readonly List<Ownership> _ownerships = [];
    private readonly List<CommitOperation> _commits = [];
    private readonly List<CommittedReadOperation> _committedReads = [];
    private readonly List<GroupStart> _groupStarts = [];

    /// <summary>
    /// Where a group begins to read a partition, as fixed when it was created. Where it is not told, the lowest start of a member
    /// is taken for it.
    /// </summary>
    public void GroupStarts(string group, PartitionKey partition, long offset)
    {
        lock (_lock)
        {
            _groupStarts.Add(new GroupStart(_groups.NumberOf(group), _partitions.NumberOf(partition), offset));
        }
    }

    /// <summary>
    /// A member may hand out messages of a partition from now on, told once it knows; a partition that it keeps through a new
    /// generation need not be told again. It reads on at <paramref name="startOffset"/>, which counts as a committed position that
    /// it was told.
    /// </summary>
    public void Assigned(Consumer member, PartitionKey partition, long generation, long startOffset)
    {
        lock (_lock)
        {
            AddOwnership(OwnershipChange.Assigned, member, _partitions.NumberOf(partition), generation, startOffset);
            Reposition(_consumers.NumberOf(member), _partitions.NumberOf(partition), startOffset);
        }
    }

    /// <summary>A member hands out no more messages of a partition, told before it gives the partition back to the broker.</summary>
    public void Revoked(Consumer member, PartitionKey partition, long generation)
    {
        lock (_lock)
        {
            AddOwnership(OwnershipChange.Revoked, member, _partitions.NumberOf(partition), generation, 0);
        }
    }

    /// <summary>A member hands out nothing any more: it died, or it knows that it was thrown out.</summary>
    public void MemberGone(Consumer member)
    {
        lock (_lock)
        {
            AddOwnership(OwnershipChange.Gone, member, -1, 0, 0);
        }
    }

    /// <summary>A member is about to commit that it has finished everything below an offset.</summary>
    public CommitToken BeginCommit(Consumer member, PartitionKey partition, long generation, long offset)
    {
        lock (_lock)
        {
            (int number, int group) = MemberOf(member);
            return Add(new CommitOperation(
                group, number, _partitions.NumberOf(partition), generation, offset, IsReset: false, _sequence++));
        }
    }

    /// <summary>
    /// An administrator is about to set a group's position, backwards or forwards. Until the answer is recorded, commits of the
    /// group promise nothing; after an unknown answer they never do again.
    /// </summary>
    public CommitToken BeginCommitReset(string group, PartitionKey partition, long offset)
    {
        lock (_lock)
        {
            return Add(new CommitOperation(
                _groups.NumberOf(group), -1, _partitions.NumberOf(partition), 0, offset, IsReset: true, _sequence++));
        }
    }

    /// <summary>A reset that nothing else went on beside.</summary>
    public void CommitReset(string group, PartitionKey partition, long offset) =>
        Committed(BeginCommitReset(group, partition, offset));

    /// <summary>The position is committed.</summary>
    public void Committed(CommitToken commit) => EndWith(commit, Outcome.Acknowledged);

    /// <summary>The position is certainly not committed.</summary>
    public void CommitRefused(CommitToken commit) => EndWith(commit, Outcome.Refused);

    /// <summary>Perhaps committed, perhaps later.</summary>
    public void CommitUnknown(CommitToken commit) => EndWith(commit, Outcome.Unknown);

    /// <summary>Somebody is about to ask for a group's committed position.</summary>
    public CommittedReadToken BeginCommittedRead(string group, PartitionKey partition)
    {
        lock (_lock)
        {
            _committedReads.Add(new CommittedReadOperation(_groups.NumberOf(group), _partitions.NumberOf(partition), _sequence++));
            return new CommittedReadToken(_committedReads.Count - 1);
        }
    }

    /// <summary>What the broker says is committed; -1 when it says that nothing is.</summary>
    public void CommittedRead(CommittedReadToken read, long offset)
    {
        lock (_lock)
        {
            ref CommittedReadOperation operation = ref CollectionsMarshal.AsSpan(_committedReads)[read.Index];
            ThrowIfEnded(operation.Ended);
            operation.Ended = _sequence++;
            operation.Offset = offset;
        }
    }

    /// <summary>A question and its answer that nothing else went on beside.</summary>
    public void CommittedRead(string group, PartitionKey partition, long offset) =>
        CommittedRead(BeginCommittedRead(group, partition), offset);

    private void AddOwnership(OwnershipChange change, Consumer member, int partition, long generation, long offset) =>
        _ownerships.Add(new Ownership(_sequence++, change, MemberOf(member).Member, partition, generation, offset));

    private CommitToken Add(CommitOperation commit)
    {
        _commits.Add(commit);
        return new CommitToken(_commits.Count - 1);
    }

    private void EndWith(CommitToken commit, Outcome outcome)
    {
        lock (_lock)
        {
            ref CommitOperation operation = ref CollectionsMarshal.AsSpan(_commits)[commit.Index];
            ThrowIfEnded(operation.Ended);
            operation.Ended = _sequence++;
            operation.Outcome = outcome;
        }
    }
}

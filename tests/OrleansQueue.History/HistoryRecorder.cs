using System.Runtime.CompilerServices;

namespace OrleansQueue.History;

/// <summary>
/// Takes down what clients asked of a broker and what it answered, for <see cref="HistoryChecker"/>. Any thread may call it.
/// Every begin and every end gets the next number of one sequence, so "before" and "meanwhile" are known without a clock: a begin
/// is told before the request leaves, an end after the answer came. Values are unique within a history.
/// </summary>
public sealed partial class HistoryRecorder
{
    private readonly Lock _lock = new();
    private readonly NameTable<PartitionKey> _partitions = new();
    private readonly NameTable<Consumer> _consumers = new();
    private readonly NameTable<string> _groups = new();
    private readonly LongColumn _offsets = new();
    private long _sequence;

    /// <summary>What has been recorded so far; recording may go on.</summary>
    public RecordedHistory Build()
    {
        lock (_lock)
        {
            return new RecordedHistory
            {
                Producers = _producers.ToArray(),
                Consumers = _consumers.ToArray(),
                Groups = _groups.ToArray(),
                Partitions = _partitions.ToArray(),
                Transactions = _transactions.ToArray(),
                SentValues = _sentValues.Snapshot(),
                PolledValues = _polledValues.Snapshot(),
                Offsets = _offsets.Snapshot(),
                Sends = [.. _sends],
                Polls = [.. _polls],
                Repositionings = [.. _repositionings],
                Ownerships = [.. _ownerships],
                Commits = [.. _commits],
                CommittedReads = [.. _committedReads],
                TransactionEnds = [.. _transactionEnds],
                Deletions = [.. _deletions],
                GroupStarts = [.. _groupStarts],
                Drains = [.. _drains],
            };
        }
    }

    private static void ThrowIfEnded(long ended, [CallerMemberName] string what = "")
    {
        if (ended != long.MaxValue)
        {
            throw new InvalidOperationException($"{what}: this operation has ended already.");
        }
    }

    /// <summary>The number of a member's consumer and of its group.</summary>
    private (int Member, int Group) MemberOf(Consumer member) =>
        member.Group is { } group
            ? (_consumers.NumberOf(member), _groups.NumberOf(group))
            : throw new ArgumentException($"{member.Name} is in no group.", nameof(member));

    private Run RunOf(int at, ReadOnlySpan<long> offsets)
    {
        if (offsets.IsEmpty)
        {
            return new(at, 0, -1, -1);
        }

        bool isInARow = offsets[0] >= 0;
        for (int index = 1; isInARow && index < offsets.Length; index++)
        {
            isInARow = offsets[index] == offsets[0] + index;
        }

        if (isInARow)
        {
            return new(at, offsets.Length, offsets[0], -1);
        }

        Run run = new(at, offsets.Length, offsets[0], _offsets.Count);
        foreach (long offset in offsets)
        {
            _offsets.Add(offset);
        }

        return run;
    }
}

using System.Text;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What a membership does to a member of a queue group: it names the partitions to lease from. Leases hold without it.</summary>
internal sealed partial class QueueMember
{
    private readonly Dictionary<TopicPartition, QueueCursor> _cursors = [];
    private readonly Random _order;

    IReadOnlyList<Release> IMembershipHolder.Released => [];

    void IMembershipHolder.Joined()
    {
        // The leases of before are still this member's.
    }

    void IMembershipHolder.Apply(HeartbeatResult.Assigned? assigned, IReadOnlyList<Release> told)
    {
        if (assigned is null)
        {
            return;
        }

        var lost = new List<CancellationTokenSource>();
        lock (_lock)
        {
            _membership.Known = assigned.Generation;
            var wanted = assigned.Partitions.ToDictionary(static partition => partition.Start.TopicPartition);
            foreach (var cursor in _cursors.Values.Where(cursor => !wanted.ContainsKey(cursor.Id)).ToList())
            {
                Drop(cursor, lost);
            }

            foreach (var partition in Shuffled(assigned.Partitions))
            {
                Take(partition, lost);
            }

            Pump(null);
        }

        CancelAll(lost);
        _watch.Set();
    }

    void IMembershipHolder.Silenced() => Logger.QueueSilent(Group, MemberId, _membership.Silence);

    Task<bool> IMembershipHolder.ReturnAsync() => Task.FromResult(false);

    void IMembershipHolder.Expelled()
    {
        // Who is no member is told of no messages, but what it leased is its own.
    }

    void IMembershipHolder.End() => _watch.Set();

    private static MemberSession SessionOf(QueueMemberPlan plan, string memberId)
    {
        var options = plan.Options;
        var create = options.CreateGroup ? new GroupSettings { Kind = GroupKind.Queue, Start = options.Start.Query, Queue = options.NewGroup } : null;
        return new(
            plan.Group, memberId, plan.Topics, create, options.ClientName, options.SessionTimeout, options.HeartbeatInterval, options.DrainTimeout, plan.IsPatient);
    }

    /// <summary>Members begin at different partitions, and one member at the same each time.</summary>
    private static int SeedOf(string memberId) => Murmur2.Hash(Encoding.UTF8.GetBytes(memberId)) & int.MaxValue;

    private AssignedPartition[] Shuffled(IReadOnlyList<AssignedPartition> partitions)
    {
        AssignedPartition[] shuffled = [.. partitions];
        _order.Shuffle(shuffled);
        return shuffled;
    }

    private void Take(AssignedPartition partition, List<CancellationTokenSource> lost)
    {
        var id = partition.Start.TopicPartition;
        if (!_cursors.TryGetValue(id, out var cursor))
        {
            _cursors[id] = cursor = new QueueCursor(id, partition.TopicName) { IsReady = true };
        }

        var wasPaused = cursor.IsPaused;
        cursor.IsPaused = partition.IsPaused;
        if (cursor.IsPaused && !wasPaused)
        {
            // What is in hand is finished; the rest is for later, or for others.
            GiveBack(cursor, HeldState.Waiting, lost);
        }

        cursor.IsReady |= wasPaused && !cursor.IsPaused;
        Enqueue(cursor);
    }

    /// <summary>The partition is gone, and what was leased of it with it.</summary>
    private void Drop(QueueCursor cursor, List<CancellationTokenSource> lost)
    {
        _cursors.Remove(cursor.Id);
        cursor.IsGone = true;
        foreach (var lease in cursor.Leases.ToList())
        {
            Lose(lease, new OffsetRange(Offset.Zero, new Offset(long.MaxValue)), lost);
        }
    }
}

using System.Diagnostics;
using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A member of a group as its client plays it.</summary>
internal sealed class Membership(IBroker broker, string group, GroupMember who)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Release> _released = [];

    public GroupMember Who => who;

    /// <summary>The generation of the newest assignment that it got.</summary>
    public Generation Known { get; private set; }

    /// <summary>What it reads.</summary>
    public IReadOnlyList<AssignedPartition> Has { get; private set; } = [];

    /// <summary>Whether it releases what it is to give up. By default it does, with the next heartbeat.</summary>
    public bool HoldsOn { get; set; }

    public IEnumerable<int> Numbers => Has.Select(partition => partition.Start.Partition.Number).Order();

    public AssignedPartition this[int number] => Has.Single(partition => partition.Start.Partition.Number == number);

    /// <summary>A sign of life, and what it brought.</summary>
    public async Task<HeartbeatResult> BeatAsync(TimeSpan wait = default)
    {
        var request = new HeartbeatRequest(group, who, Known) { Released = [.. _released], MaxWait = wait };
        var result = await broker.HeartbeatAsync(request, default).AsTask().WaitAsync(Patience);
        _released.Clear();
        if (result is HeartbeatResult.Assigned assigned)
        {
            var kept = assigned.Partitions.Select(partition => partition.Start.TopicPartition).ToHashSet();
            var lost = Has.Where(partition => !kept.Contains(partition.Start.TopicPartition));
            _released.AddRange(HoldsOn ? [] : lost.Select(partition => new Release(partition.Start.TopicPartition, partition.Since)));
            Known = assigned.Generation;
            Has = assigned.Partitions;
        }

        return result;
    }

    /// <summary>
    /// Beats and waits until it is told of a change, and again where a busy machine let the longest wait go by before that came. That
    /// no wait for nothing is over sooner is asserted on the way.
    /// </summary>
    public async Task<HeartbeatResult> LearnAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            var result = await BeatAsync(HeartbeatRequest.LongestWait);
            if (result is not HeartbeatResult.Unchanged || Stopwatch.GetElapsedTime(began) > Patience)
            {
                return result;
            }

            BrokerSpec.AssertWaited(asked, HeartbeatRequest.LongestWait);
        }
    }

    /// <summary>Beats until it reads so many partitions.</summary>
    public async Task UntilAsync(int partitions)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Has.Count != partitions)
        {
            patience.Token.ThrowIfCancellationRequested();
            Assert.True(await BeatAsync(HeartbeatRequest.LongestWait) is HeartbeatResult.Assigned or HeartbeatResult.Unchanged);
        }
    }

    public Position At(int number, long offset) => this[number].Start with { Offset = new Offset(offset) };

    public async Task<CommitResult> CommitAsync(params Commit[] commits) =>
        await broker.CommitAsync(new CommitRequest(group, new Committer.Member(who), commits), default).AsTask().WaitAsync(Patience);

    /// <summary>Commits a place in one partition that it reads, and asserts that it is kept.</summary>
    public async Task CommitAsync(int number, long offset) => await AssertKeptAsync(CommitAsync(new Commit(At(number, offset), this[number].Since)));

    public async Task<bool> LeaveAsync() => await broker.LeaveGroupAsync(group, who, default).AsTask().WaitAsync(Patience);

    public static async Task AssertKeptAsync(Task<CommitResult> committing) => Assert.Empty(Assert.IsType<CommitResult.Committed>(await committing).Refusals);
}

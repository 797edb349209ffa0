using Orleans.Concurrency;
using Orleans.Placement;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire.Groups;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Groups;

namespace OrleansQueue.Grains.Groups;

/// <summary>
/// One consumer group. It is reentrant, so that heartbeats may wait while others commit, and moves to no other silo by itself.
/// Orleans may run two of them for a while; the journal's epoch lets only the later one write, and the earlier one leaves.
/// </summary>
[GrainType("oq-group"), Reentrant, Immovable, HashBasedPlacement, CollectionAgeLimit(Minutes = 60)]
internal sealed class ConsumerGroupGrain(IGrainContext context, SiloBroker silo, GroupSurroundings surroundings, GroupRegistry registry)
    : IGrainBase, IConsumerGroupGrain
{
    // A group that leaves memory comes back with a session and a half for each of its members. So it stays, unused, for longer than
    // that of the longest session, 45 min; else a member that is dead would live as long as others call seldom.
    private string _name = "";
    private GroupHost? _host;

    public IGrainContext GrainContext => context;

    private GroupHost Host => _host!;

    public Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = context.GrainId.Key.ToString()!;
        _host = silo.Serve(_name, surroundings, registry);
        return Task.CompletedTask;
    }

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_host is { } host)
        {
            silo.Forget(host);
            await host.DisposeAsync();
        }
    }

    public async ValueTask<CreateGroupAnswer> CreateAsync(GroupSettings settings, string[] topics) =>
        CreateGroupAnswer.Of(await RunAsync(group => group.CreateAsync(settings, topics, CancellationToken.None)));

    public ValueTask<GroupDescription?> DescribeAsync() => RunAsync(static group => group.DescribeAsync(CancellationToken.None));

    public ValueTask<bool> PauseAsync() => RunAsync(static group => group.PauseAsync());

    public ValueTask<bool> ResumeAsync() => RunAsync(static group => group.ResumeAsync());

    public ValueTask<bool> DeleteAsync() => RunAsync(static group => group.DeleteAsync(CancellationToken.None));

    public async ValueTask<JoinAnswer> JoinAsync(JoinCall call) =>
        JoinAnswer.Of(await RunAsync(group => group.JoinAsync(call.ToRequest(_name), CancellationToken.None)));

    public async ValueTask<HeartbeatAnswer> HeartbeatAsync(HeartbeatCall call) =>
        HeartbeatAnswer.Of(await RunAsync(group => group.HeartbeatAsync(call.ToRequest(_name), CancellationToken.None)));

    public ValueTask<bool> LeaveAsync(GroupMember member) => RunAsync(group => group.LeaveAsync(member));

    public async ValueTask<CommitAnswer> CommitAsync(CommitCall call) =>
        CommitAnswer.Of(await RunAsync(group => group.CommitAsync(call.ToRequest(_name), CancellationToken.None)));

    public async ValueTask<PositionsAnswer> ReadPositionsAsync(PositionsCall call) =>
        PositionsAnswer.Of(await RunAsync(group => group.ReadPositionsAsync(call.ToPartitions())));

    public async ValueTask<SeekAnswer> SeekAsync(SeekCall call) =>
        SeekAnswer.Of(await RunAsync(group => group.SeekAsync(call.ToPositions(), CancellationToken.None)));

    public async ValueTask<CommitAnswer> StopPartitionAsync(StopPartitionCall call) =>
        CommitAnswer.Of(await RunAsync(group => group.StopPartitionAsync(call.ToRequest(_name), CancellationToken.None)));

    public async ValueTask<CommitAnswer> DeadLetterAsync(DeadLetterCall call) =>
        CommitAnswer.Of(await RunAsync(group => group.DeadLetterAsync(call.ToRequest(_name), CancellationToken.None)));

    public async ValueTask<QueueLookupAnswer> FindQueueAsync(TopicId topic, Partition partition) =>
        QueueLookupAnswer.Of(await RunAsync(group => group.FindQueueAsync(new TopicPartition(topic, partition), CancellationToken.None)));

    public async ValueTask<QueueReportAnswer> ReportQueueAsync(TopicId topic, Partition partition, QueueReportCall report) =>
        QueueReportAnswer.Of(await RunAsync(group => group.ReportQueueAsync(new TopicPartition(topic, partition), report.ToReport())));

    public async ValueTask<WaitAnswer> WaitForMessagesAsync(WaitCall call) =>
        WaitAnswer.Of(await RunAsync(group => group.WaitAsync(call.ToRequest(_name), CancellationToken.None)));

    public ValueTask<Timestamp?> RunDutyAsync() => RunAsync(static group => group.RunDutyAsync(CancellationToken.None));

    private async ValueTask<T> RunAsync<T>(Func<GroupHost, ValueTask<T>> call)
    {
        try
        {
            return await call(Host);
        }
        finally
        {
            if (Host.IsLost)
            {
                // The next call goes to whoever the cluster takes for the owner then.
                this.DeactivateOnIdle();
            }
        }
    }
}

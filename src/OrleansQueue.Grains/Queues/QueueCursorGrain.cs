using Orleans.Concurrency;
using Orleans.Placement;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Placement;
using OrleansQueue.Queues;

namespace OrleansQueue.Grains.Queues;

/// <summary>
/// The leases of one queue group in one partition. It is reentrant, so that members lease while others settle and the group watches,
/// and lies in the silo of its partition. Orleans may run two of them for a while; the journal's epoch lets only the later one write,
/// and the earlier one leaves.
/// </summary>
[GrainType("oq-queue"), Reentrant, Immovable, PartitionPlacement]
internal sealed class QueueCursorGrain(IGrainContext context, SiloBroker silo, QueueSurroundings surroundings, PlacementCache placement) : IGrainBase, IQueueCursorGrain
{
    // How long after its last use a cursor gives up the memory that only a busy one needs.
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(30);

    private QueueCursorKey _key;
    private QueueHost? _host;
    private IGrainTimer? _rounds;

    public IGrainContext GrainContext => context;

    private QueueHost Host => _host!;

    public Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = QueueCursorKey.Parse(context.GrainId.Key.ToString()!);
        _host = silo.Serve(_key.Group, _key.Partition, surroundings);
        placement.Add(context, _key.Partition, Leave);
        return Task.CompletedTask;
    }

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        placement.Remove(context);
        if (_host is { } host)
        {
            silo.Forget(host);
            await host.DisposeAsync();
        }
    }

    public async ValueTask<LeaseAnswer> LeaseAsync(LeaseCall call) =>
        LeaseAnswer.Of(await RunAsync(queue => queue.LeaseAsync(call.ToRequest(_key.Group, _key.Partition), CancellationToken.None)));

    public async ValueTask<SettleAnswer> SettleAsync(SettleCall call) =>
        SettleAnswer.Of(await RunAsync(queue => queue.SettleAsync(call.ToRequest(_key.Group, _key.Partition), CancellationToken.None)));

    public async ValueTask<WatchAnswer> WatchAsync(long known, TimeSpan longest) =>
        WatchAnswer.Of(await RunAsync(queue => queue.WatchAsync(known, longest, CancellationToken.None)));

    public ValueTask<QueueStatus?> DescribeAsync() => RunAsync(static queue => queue.DescribeAsync(CancellationToken.None));

    public ValueTask<Offset?> FindNeededAsync() => RunAsync(static queue => queue.FindNeededAsync());

    public ValueTask<DeadLetters?> FindDeadLettersAsync() => RunAsync(static queue => queue.FindDeadLettersAsync(CancellationToken.None));

    public ValueTask<long?> RedriveAsync(LettersCall call) => RunAsync(queue => queue.RedriveAsync(call.ToLetters(), CancellationToken.None));

    public ValueTask<long?> PurgeAsync(LettersCall call) => RunAsync(queue => queue.PurgeAsync(call.ToLetters(), CancellationToken.None));

    public async ValueTask SeekAsync(Position to) => await RunAsync(async queue =>
    {
        await queue.SeekAsync(to, CancellationToken.None);
        return true;
    });

    public async ValueTask DropAsync()
    {
        await RunAsync(static async queue =>
        {
            await queue.DropAsync(CancellationToken.None);
            return true;
        });

        // Nothing is left to keep in memory; should the group come back, another one begins.
        this.DeactivateOnIdle();
    }

    /// <summary>Goes to the silo that the map of partitions names. A watch that waits would hold that up.</summary>
    private void Leave()
    {
        _host?.EndWaits();
        this.MigrateOnIdle();
    }

    private async ValueTask<T> RunAsync<T>(Func<QueueHost, ValueTask<T>> call)
    {
        _rounds ??= this.RegisterGrainTimer(MakeRoundAsync, new GrainTimerCreationOptions(RoundTime, RoundTime) { Interleave = true });
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

    /// <summary>Once the cursor is not used, it gives up its memory and these rounds.</summary>
    private Task MakeRoundAsync(CancellationToken cancellationToken)
    {
        if (!Host.Idle())
        {
            _rounds?.Dispose();
            _rounds = null;
        }

        return Task.CompletedTask;
    }
}

using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Queues;

namespace OrleansQueue.Contracts.Grains;

/// <summary>The leases of one group of kind Queue in one partition, which may or may not be there. Its key is a <see cref="QueueCursorKey"/>.</summary>
[Alias("oq.IQueueCursorGrain")]
internal interface IQueueCursorGrain : IGrainWithStringKey
{
    /// <inheritdoc cref="ILeaseVerbs.LeaseAsync"/>
    [Alias("lease"), ResponseTimeout("00:00:10")]
    ValueTask<LeaseAnswer> LeaseAsync(LeaseCall call);

    /// <inheritdoc cref="ILeaseVerbs.SettleAsync"/>
    [Alias("settle"), ResponseTimeout("00:00:10")]
    ValueTask<SettleAnswer> SettleAsync(SettleCall call);

    /// <inheritdoc cref="QueueHost.WatchAsync"/>
    [Alias("watch"), ResponseTimeout("00:00:15")]
    ValueTask<WatchAnswer> WatchAsync(long known, TimeSpan longest);

    /// <inheritdoc cref="ILeaseVerbs.DescribeQueueAsync"/>
    [Alias("describe")]
    ValueTask<QueueStatus?> DescribeAsync();

    /// <inheritdoc cref="QueueHost.FindNeededAsync"/>
    [Alias("find-needed"), ResponseTimeout("00:00:10")]
    ValueTask<Offset?> FindNeededAsync();

    /// <inheritdoc cref="IDeadLetterVerbs.FindDeadLettersAsync"/>
    [Alias("find-dead-letters")]
    ValueTask<DeadLetters?> FindDeadLettersAsync();

    /// <inheritdoc cref="IDeadLetterVerbs.RedriveAsync"/>
    [Alias("redrive")]
    ValueTask<long?> RedriveAsync(LettersCall call);

    /// <inheritdoc cref="IDeadLetterVerbs.PurgeDeadLettersAsync"/>
    [Alias("purge")]
    ValueTask<long?> PurgeAsync(LettersCall call);

    /// <inheritdoc cref="QueueHost.SeekAsync"/>
    [Alias("seek")]
    ValueTask SeekAsync(Position to);

    /// <inheritdoc cref="QueueHost.DropAsync"/>
    [Alias("drop")]
    ValueTask DropAsync();
}

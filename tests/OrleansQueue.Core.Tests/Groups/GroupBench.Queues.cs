using OrleansQueue.Groups;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>The group of the bench leases nothing.</summary>
internal sealed partial class GroupBench
{
    ValueTask<QueueNews> IGroupSurroundings.WatchQueueAsync(string group, TopicPartition partition, long known, TimeSpan longest, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    ValueTask IGroupSurroundings.SeekQueueAsync(string group, Position to, CancellationToken cancellationToken) => throw new NotSupportedException();

    ValueTask IGroupSurroundings.DropQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => throw new NotSupportedException();
}

using OrleansQueue.Broker;
using OrleansQueue.Partitions;

namespace OrleansQueue.Queues;

/// <summary>What is asked of the broker's queue groups on behalf of retention.</summary>
internal interface IQueueReaders
{
    /// <inheritdoc cref="IGroupAdminVerbs.ListGroupsAsync"/>
    ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken);

    /// <summary>What the group says of a partition.</summary>
    ValueTask<QueueLookup> FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken);

    /// <inheritdoc cref="QueueHost.FindNeededAsync"/>
    ValueTask<Offset?> FindNeededAsync(string group, TopicPartition partition, CancellationToken cancellationToken);
}

/// <summary>
/// A queue group needs what it has not finished. It is asked each time, when something is past its time, and not remembered: a group that is
/// about to begin, or a cursor that nobody has in memory, would be missing where such needs were noted down.
/// </summary>
internal sealed class QueueHolds(IQueueReaders readers) : IRetentionHolds
{
    private const int PageSize = 1_000;
    private const int AskedAtOnce = 32;

    public async ValueTask<RetentionHold?> FindAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        RetentionHold? first = null;
        for (string? after = null; ;)
        {
            var page = await readers.ListGroupsAsync(after, PageSize, cancellationToken);
            foreach (var some in page.Groups.Where(static group => group.Kind == GroupKind.Queue).Chunk(AskedAtOnce))
            {
                var holds = await Task.WhenAll(some.Select(group => AskAsync(group.Name, partition, cancellationToken)));
                first = holds.Append(first).Where(static hold => hold is not null).MinBy(static hold => hold!.From);
            }

            if ((after = page.Next) is null)
            {
                return first;
            }
        }
    }

    private async Task<RetentionHold?> AskAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        await readers.FindQueueAsync(group, partition, cancellationToken) is QueueLookup.Found
        && await readers.FindNeededAsync(group, partition, cancellationToken) is { } from
            ? new RetentionHold(group, from)
            : null;
}

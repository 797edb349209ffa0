using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Finds out how far a group is behind, in many partitions at once.</summary>
internal static class GroupLag
{
    private const int AtATime = 64;

    public static async Task<IReadOnlyList<GroupPartitionStatus>> FindAsync(
        ClientContext client, GroupDescription group, CancellationToken cancellationToken)
    {
        var found = new List<GroupPartitionStatus>(group.Partitions.Count);
        foreach (var some in group.Partitions.Chunk(AtATime))
        {
            found.AddRange(await Task.WhenAll(some.Select(partition => FindAsync(client, group, partition, cancellationToken))));
        }

        return found;
    }

    private static async Task<GroupPartitionStatus> FindAsync(ClientContext client, GroupDescription group, GroupPartition partition, CancellationToken cancellationToken)
    {
        var committed = partition.Committed;
        try
        {
            var queue = group.Settings.Kind == GroupKind.Queue ? await DescribeQueueAsync(client, group.Name, committed.TopicPartition, cancellationToken) : null;
            committed = committed with { Offset = queue?.Finished ?? committed.Offset };
            var status = await client.TryAsync(
                token => client.Broker.DescribePartitionAsync(committed.Topic, committed.Partition, token), client.Options.CallTimeout, cancellationToken);
            if (status is null)
            {
                return new(partition, null, null, queue);
            }

            var isBehind = committed.Offset < status.HighWatermark;
            return new(partition, status.HighWatermark, isBehind ? await WaitingAsync(client, committed, cancellationToken) : TimeSpan.Zero, queue);
        }
        catch (Exception problem) when (problem is BrokerUnavailableException or TimeoutException)
        {
            // A partition that does not answer must not hide the others; that its end is not known says it.
            return new(partition, null, null);
        }
    }

    private static Task<QueueStatus?> DescribeQueueAsync(ClientContext client, string group, TopicPartition partition, CancellationToken cancellationToken) =>
        client.TryAsync(token => client.Broker.DescribeQueueAsync(group, partition, token), client.Options.CallTimeout, cancellationToken);

    /// <summary>How long the first record at or behind a place has been there; null where that is not known.</summary>
    private static async Task<TimeSpan?> WaitingAsync(ClientContext client, Position from, CancellationToken cancellationToken)
    {
        var result = await FetchAsync(client, from, cancellationToken);
        if (result is FetchResult.Overtaken { LogStart: var start })
        {
            result = await FetchAsync(client, start, cancellationToken);
        }

        if (result is not FetchResult.Fetched fetched || !new BatchWalk(fetched.Parts).TryNext(out var batch))
        {
            return null;
        }

        var header = RecordBatchHeader.Read(batch.Span);
        var age = TimeSpan.FromMilliseconds(Timestamp.Now(client.Clock).UnixMilliseconds - header.MaxTimestamp.UnixMilliseconds);
        return header.Attributes.TimestampKind != TimestampKind.Append ? null : age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    private static Task<FetchResult> FetchAsync(ClientContext client, Position from, CancellationToken cancellationToken)
    {
        var request = new FetchRequest(from) { MaxBytes = 1, MaxRecords = 1 };
        return client.TryAsync(token => client.Broker.FetchAsync(request, token), client.Options.CallTimeout, cancellationToken);
    }
}

using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Finds where reading begins, in many partitions at once.</summary>
internal static class StartPositions
{
    private const int AtATime = 64;

    public static async Task<IReadOnlyList<Position>> FindAsync(
        ClientContext client, TopicDescription topic, StartAt start, IReadOnlyList<Partition> partitions, CancellationToken cancellationToken)
    {
        if (start.Known is { } known)
        {
            return [known];
        }

        var found = new List<Position>(partitions.Count);
        foreach (var some in partitions.Chunk(AtATime))
        {
            found.AddRange(await Task.WhenAll(some.Select(partition => FindAsync(client, topic, start, partition, cancellationToken))));
        }

        return found;
    }

    private static async Task<Position> FindAsync(
        ClientContext client, TopicDescription topic, StartAt start, Partition partition, CancellationToken cancellationToken)
    {
        var what = $"Finding a place in partition {partition} of topic {topic.Name}";
        var outage = new Outage(client.Options.ConnectTimeout, client.Clock);
        while (true)
        {
            var result = await client.InsistAsync(what, token => client.Broker.ListOffsetsAsync(topic.Id, partition, start.Query, token), cancellationToken);
            switch (result)
            {
                case ListOffsetsResult.Found found:
                    return found.Position;
                case ListOffsetsResult.Fenced:
                    await outage.WaitAsync(what, null, TimeSpan.Zero, cancellationToken);
                    break;
                case ListOffsetsResult.UnknownPartition:
                    throw new UnknownPartitionException(topic.Name, partition);
                case ListOffsetsResult.Damaged damaged:
                    throw new PartitionDamagedException(topic.Name, partition, damaged.Reason);
                default:
                    throw new BrokerUnavailableException($"An answer that is not understood: {result}");
            }
        }
    }
}

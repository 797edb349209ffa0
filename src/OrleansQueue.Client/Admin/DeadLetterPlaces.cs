using OrleansQueue.Broker;
using OrleansQueue.Groups;

namespace OrleansQueue.Client;

/// <summary>Where dead letters of a group in a partition of its topic lie.</summary>
/// <param name="Source">The partition that the messages came from.</param>
/// <param name="Topic">The dead-letter topic.</param>
/// <param name="Partition">The partition there.</param>
/// <param name="Open">The offsets there.</param>
internal sealed record DeadLetterPlace(TopicPartition Source, TopicDescription Topic, Partition Partition, IReadOnlyList<OffsetRange> Open);

/// <summary>Finds and reads dead letters.</summary>
internal sealed class DeadLetterPlaces(ClientContext client, string group, string topic)
{
    /// <summary>What kind the group is, and where its dead letters of the topic lie.</summary>
    /// <exception cref="GroupDeletedException">There is no such group.</exception>
    /// <exception cref="UnknownTopicException">The group does not read the topic.</exception>
    public async Task<(GroupKind Kind, IReadOnlyList<DeadLetterPlace> Places)> FindAsync(CancellationToken cancellationToken)
    {
        var found = await client.InsistAsync($"Finding group {group}", token => client.Broker.FindGroupAsync(group, token), cancellationToken)
            ?? throw new GroupDeletedException(group);
        var sources = found.Partitions.Where(partition => partition.TopicName == topic).Select(static partition => partition.Committed.TopicPartition).ToList();
        if (sources.Count == 0)
        {
            throw new UnknownTopicException(topic);
        }

        if (found.Settings.Kind == GroupKind.Stream)
        {
            return (GroupKind.Stream, await FindOfStreamAsync(sources[0], cancellationToken));
        }

        var places = new List<DeadLetterPlace>();
        TopicDescription? dead = null;
        foreach (var source in sources)
        {
            if (await FindOpenAsync(source, cancellationToken) is { Open.Count: > 0 } letters)
            {
                dead ??= await FindTopicAsync(letters.Topic, cancellationToken);
                if (dead is not null)
                {
                    places.Add(new(source, dead, letters.Partition, letters.Open));
                }
            }
        }

        return (GroupKind.Queue, places);
    }

    /// <summary>Reads the letters of a place, in order. Those whose retention is over are not there.</summary>
    public async IAsyncEnumerable<DeadLetter> ReadAsync(DeadLetterPlace place, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var at = new Position(place.Topic.Id, place.Partition, place.Open[0].First, Epoch.None);
        while (place.Open.FirstOrDefault(range => range.End > at.Offset) is { End.Value: > 0 } range)
        {
            at = at with { Offset = Offset.Max(at.Offset, range.First) };
            var (records, next) = await FetchAsync(place, at, cancellationToken);
            foreach (var delivery in records.Where(delivery => place.Open.Any(open => open.Contains(delivery.Offset))))
            {
                yield return new DeadLetter(delivery);
            }

            if (next.Offset <= at.Offset)
            {
                yield break;
            }

            at = next;
        }
    }

    private async Task<IReadOnlyList<DeadLetterPlace>> FindOfStreamAsync(TopicPartition source, CancellationToken cancellationToken)
    {
        // Members of a stream group put all of a topic into one partition, and nothing marks what was put back.
        if (await FindTopicAsync(DeadLetterTopic.NameOf(source.Topic, group), cancellationToken) is not { } dead
            || await client.InsistAsync("Describing dead letters", token => client.Broker.DescribePartitionAsync(dead.Id, new(0), token), cancellationToken) is not { } status
            || status.HighWatermark <= status.LogStart)
        {
            return [];
        }

        return [new(source, dead, new(0), [new OffsetRange(status.LogStart, status.HighWatermark)])];
    }

    private Task<DeadLetters?> FindOpenAsync(TopicPartition source, CancellationToken cancellationToken) => client.InsistAsync(
        $"Finding dead letters of group {group}", token => client.Broker.FindDeadLettersAsync(group, source, token), cancellationToken);

    private Task<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) => client.InsistAsync(
        $"Finding topic {name}", token => client.Broker.FindTopicAsync(name, token), cancellationToken);

    private async Task<(IReadOnlyCollection<Delivery> Records, Position Next)> FetchAsync(DeadLetterPlace place, Position at, CancellationToken cancellationToken)
    {
        var what = $"Reading dead letters of group {group}";
        var outage = new Outage(client.Options.ConnectTimeout, client.Clock);
        while (true)
        {
            switch (await client.InsistAsync(what, token => client.Broker.FetchAsync(new FetchRequest(at), token), cancellationToken))
            {
                case FetchResult.Fetched fetched:
                    return (new FetchedRecords(place.Topic.Name, at, fetched).Unpack(), fetched.Next);
                case FetchResult.Overtaken overtaken:
                    return ([], overtaken.LogStart);
                case FetchResult.Damaged damaged:
                    throw new PartitionDamagedException(place.Topic.Name, place.Partition, damaged.Reason);
                case FetchResult.Fenced:
                    await outage.WaitAsync(what, null, TimeSpan.Zero, cancellationToken);
                    break;
                case var gone:
                    throw new UnknownPartitionException(place.Topic.Name, place.Partition) { Data = { ["answer"] = gone.ToString() } };
            }
        }
    }
}

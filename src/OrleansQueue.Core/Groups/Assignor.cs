namespace OrleansQueue.Groups;

/// <summary>A partition that is to be assigned.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Topic">The name of its topic.</param>
/// <param name="Holder">The member that has it or is to get it, or null.</param>
internal readonly record struct Assignable(TopicPartition Partition, string Topic, string? Holder);

/// <summary>
/// Decides who reads what. Who has a partition keeps it, unless somebody who may read it has at least two fewer: then only as
/// many move as are needed, so that a new member takes its share and nobody else is disturbed (sticky assignment, as in Kafka's
/// KIP-54). The same input gives the same answer.
/// </summary>
internal static class Assignor
{
    /// <summary>Who is to read each partition; null where no member reads its topic.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="members">The members with the names of their topics.</param>
    public static Dictionary<TopicPartition, string?> Assign(IReadOnlyList<Assignable> partitions, IReadOnlyCollection<Member> members)
    {
        var readers = ReadersOf(partitions, members);
        var load = members.ToDictionary(member => member.Id, _ => 0, StringComparer.Ordinal);
        var assigned = new Dictionary<TopicPartition, string?>(partitions.Count);
        foreach (var partition in partitions)
        {
            var keeps = partition.Holder is { } holder && readers[partition.Topic].Contains(holder, StringComparer.Ordinal);
            assigned[partition.Partition] = keeps ? partition.Holder : null;
            if (keeps)
            {
                load[partition.Holder!]++;
            }
        }

        foreach (var partition in partitions)
        {
            if (assigned[partition.Partition] is null && LightestOf(readers[partition.Topic], load) is { } reader)
            {
                assigned[partition.Partition] = reader;
                load[reader]++;
            }
        }

        Level(partitions, readers, load, assigned);
        return assigned;
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadersOf(IReadOnlyList<Assignable> partitions, IReadOnlyCollection<Member> members) =>
        partitions.Select(partition => partition.Topic).Distinct(StringComparer.Ordinal).ToDictionary(
            topic => topic,
            topic => (IReadOnlyList<string>)[.. members.Where(member => member.Topics.Contains(topic, StringComparer.Ordinal)).Select(member => member.Id).Order(StringComparer.Ordinal)],
            StringComparer.Ordinal);

    /// <summary>
    /// Moves partitions one by one, from the heaviest that has one of the topic to the lightest, until no move makes two loads more
    /// alike. Each move lowers the sum of their squares, so it ends.
    /// </summary>
    private static void Level(
        IReadOnlyList<Assignable> partitions, Dictionary<string, IReadOnlyList<string>> readers, Dictionary<string, int> load, Dictionary<TopicPartition, string?> assigned)
    {
        var held = assigned.Where(pair => pair.Value is not null).Join(partitions, pair => pair.Key, partition => partition.Partition, (pair, partition) => (partition.Topic, Holder: pair.Value!))
            .CountBy(pair => pair).ToDictionary();
        bool moved;
        do
        {
            moved = false;

            // From the end, so that the partitions that were given last are the first to move.
            for (var i = partitions.Count - 1; i >= 0; i--)
            {
                var partition = partitions[i];
                if (assigned[partition.Partition] is { } holder
                    && LightestOf(readers[partition.Topic], load) is { } lightest
                    && load[holder] >= load[lightest] + 2
                    && !readers[partition.Topic].Any(reader => load[reader] > load[holder] && held.GetValueOrDefault((partition.Topic, reader)) > 0))
                {
                    assigned[partition.Partition] = lightest;
                    held[(partition.Topic, holder)]--;
                    held[(partition.Topic, lightest)] = held.GetValueOrDefault((partition.Topic, lightest)) + 1;
                    load[holder]--;
                    load[lightest]++;
                    moved = true;
                }
            }
        }
        while (moved);
    }

    private static string? LightestOf(IReadOnlyList<string> readers, Dictionary<string, int> load)
    {
        string? lightest = null;
        foreach (var reader in readers)
        {
            lightest = lightest is null || load[reader] < load[lightest] ? reader : lightest;
        }

        return lightest;
    }
}
